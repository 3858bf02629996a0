"""What a phone draws around a text: clock, battery, way back, times of messages, buttons. Left out only when sure.

Everything left out is still named among the lines of an answer.
"""

from __future__ import annotations

import re
from statistics import median

from api.ocr.lines import Line, Sheet

_CLOCK = r"[0-2]?\d[:：][0-5]\d"
_STATUS = re.compile(
    rf"(?:(?:上午|下午|晚上|早上)?{_CLOCK}|\d{{1,3}}%?|[2-6]G\+?|LTE|HD|VoLTE|Wi-?Fi|中国(?:移动|联通|电信|广电)"
    r"|\d+(?:\.\d+)?[KM]B?/?s?|[.·•…oOlI|]{1,5}|[①②])+",
    re.IGNORECASE,
)
_DAY = (
    r"今天|昨天|前天|(?:星期|周)[一二三四五六日天]|(?:\d{4}年)?\d{1,2}月\d{1,2}日"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/]\d{1,2}"
)
_TIME = re.compile(
    rf"(?:(?:{_DAY})(?:(?:星期|周)[一二三四五六日天])?)?(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)?{_CLOCK}"
    r"(?:[:：]\d\d)?(?:[AP]M)?"
)
_BACK = re.compile(r"[<＜‹〈《«くㄑ←∨VvKk(（]\d{0,3}\+?|[.·•…。、]{1,6}|[○oO0]{1,3}")
_ICON = re.compile(r"[^\u3400-\u9fff]")
_ANYWHERE = re.compile(
    r"已读|未读|(?:已)?送达|以下(?:是|为)新消息|查看更多消息|以上是打招呼的内容|\d{1,4}条新消息|对方正在输入[.…]*|长按识别二维码"
    r"|你已添加了.{1,20}现在可以开始聊天了[。.]?"
)
_AT_BOTTOM = re.compile(
    r"按住说话|发(?:送)?消息|输入消息|说点什么[.…]*|发送|短信/彩信|信息|iMessage(?:信息)?|(?:立即|继续)沟通|立即投递|投递简历"
    r"|收藏|举报|分享|感兴趣|首页|消息|我的|返回",
    re.IGNORECASE,
)
_BUTTON = re.compile(r"(?:立即|继续)沟通|立即投递|投递简历|立即报名|联系客服|发消息")
_BLANK = re.compile(r"\s+")
TOP, HEAD, FOOT = 0.11, 0.24, 0.25
"""Down to where a status bar stands, down to where a title does, and how far up a bar at the bottom, in widths."""


def is_chrome(line: Line, sheet: Sheet) -> bool:
    """Whether the phone or the app says this, and nobody who offers work."""
    text, width = _BLANK.sub("", line.text), sheet.width
    if (line.bubble is None or line.confidence < 0.8) and len(text) == 1 and _ICON.fullmatch(text):
        return True
    if line.bottom < HEAD * width and sheet.height > 0.6 * width:
        if line.bottom < TOP * width and _STATUS.fullmatch(text):
            return True
        if (line.right < 0.15 * width or line.left > 0.85 * width) and _BACK.fullmatch(text):
            return True
    if line.top > sheet.height - FOOT * width and _AT_BOTTOM.fullmatch(text):
        return True
    if line.bubble is not None and _BUTTON.fullmatch(text):
        return True
    return bool(_ANYWHERE.fullmatch(text)) or (bool(_TIME.fullmatch(text)) and _stands_apart(line, sheet))


def _stands_apart(line: Line, sheet: Sheet) -> bool:
    """A time between messages is centred; one within a bubble is set in smaller type."""
    centred = line.bubble is None and abs(line.left + line.right - sheet.width) < 0.16 * sheet.width
    return centred or line.height < 0.8 * median(other.height for other in sheet.lines)
