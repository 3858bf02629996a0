"""Does a text make an offer, or tell of one? A reporter, a victim and a warner repeat the words of the trap.

A text that tells of traps and goes on to ask its readers in (别家都是假的…想来的加我) makes an offer all the same.
"""

from __future__ import annotations

import re

from detector.document import Document

ROOM_FOR_A_SLIP = 160
"""A text up to this long holds a sign that only a teller leaves because it tells; a longer one may in passing."""
LAST_WORDS = 72
"""Characters at the end of a text in which its own call to join stands."""


def retells(document: Document) -> bool:
    """Whether somebody tells of an offer and makes none."""
    told = _only_talks(document) or _is_retold(document.text)
    return told and not calls(document) and not _SIGN_UP.search(document.text)


def calls(document: Document) -> bool:
    """Whether the last words of the text ask its reader to join (想去的私我), and not within a quotation."""
    return document.noted("calls", _calls)


def quotations(text: str) -> list[tuple[int, int]]:
    """Where somebody else's words stand. What opens a text is its own, unless it is said who said it (……”阿成回忆)."""
    return [
        match.span() for match in _QUOTATION.finditer(text) if match.start() > 1 or _SAID_BY.match(text, match.end())
    ]


_QUOTATION = re.compile(r"[“「『][^“”「」『』]{16,}[”」』]")
"""A quotation of this length repeats what somebody said; a shorter one only names a thing (“岗位稳定金”)."""
_SAID_BY = re.compile(r"[^,。!?\n“「]{0,14}(?:回忆|讲述|坦言|告诉|说道|写道|哭诉|自述)")
_ANY_QUOTATION = re.compile(r"[“「『][^“”「」『』]{0,200}[”」』]")
_CALL = re.compile(
    r"(?:想(?![吃喝买听])|愿意|要|感兴趣|有意)[^,。!?\n]{0,8}的?(?:人|姐妹|妹妹|宝子|朋友|兄弟|同学)?[^,。!?\n]{0,6}"
    r"(?:举手|扣|戳我|加我|私我|密我|小窗我|找我(?!哭|要)|留言|滴滴|主页[领见]|抱团|问我|说(?:一声)?[。!~]?$)|"
    r"(?:有|缺)[^,。!?\n]{1,6}的(?:姐妹|朋友|兄弟|宝子)?(?:问我|找我|加我|私我)|"
    r"直接加我|找我小号|我主页有群|头像找我|跟我从|我拉你(?:进|去)|我带你去|让给你们|你也来|即锁定|(?:编辑|姐妹)?请进店|招商处"
)
_SIGN_UP = re.compile(r"报名(?:电话|热线|方式)[^。!?\n]{0,6}(?:见|:|1|0)")
"""A notice that takes applications, which no account of somebody's trap does."""
_TAKEN_BACK = re.compile(r"[^。\n]{0,30}(?:拉黑|骗|举报|别信|报警|千万|警惕|小心)")


def _calls(document: Document) -> bool:
    text = document.text
    own = _ANY_QUOTATION.sub("“”", text[-4 * LAST_WORDS :])[-LAST_WORDS:]
    return any(not _TAKEN_BACK.match(own, call.end()) for call in _CALL.finditer(own))


_TALK = frozenset({"victim", "news"})
_OFFER = frozenset({"hiring", "work_named", "easy", "nobar", "contact", "settle", "urgent"})

_PARTICLES = frozenset("吗呢啊")
"""Every chat holds them, also the one in which a scammer answers."""
_HELPLINES = frozenset(
    (
        "96110",
        "110",
        "12333",
        "165",
        "报警",
        "反诈",
        "反诈中心",
        "举报",
        "人社局",
        "警方",
        "公安",
        "民警",
        "提醒",
        "近日",
    )
)
"""Words of a warning, which a scam may carry as well."""


def _only_talks(document: Document) -> bool:
    """Several words of victims or reporters, and not one that recruits, names work or tempts."""
    talk = 0
    for name, start, end in document.concepts:
        if name in _OFFER:
            return False
        word = document.text[start:end]
        talk += name in _TALK and word not in _HELPLINES and word not in _PARTICLES
    return talk >= 2


_OFFERS_WORK = re.compile(
    r"招|聘|征|收人|来人|缺[一二两三四五六七八九十几0-9]|找[一二两三四五六七八九十几0-9个]|扣1|回复?1|滴滴|dd|私[我聊信]|加我|戳|详询|"
    r"联系|添加|简历|底薪|月薪|薪资|待遇|日结|名额|岗位"
)
_CERTAINLY_RETOLD = (
    re.compile(
        r"被骗(?:了|[0-9一二两三四五六七八九]|惨|走|去|光)|骗了我|骗走|上当了|上咗当|(?:就|把我|被)拉黑|报了警|报警了|报警有用|(?:一齐|一起|去)报案|"
        r"踩雷|要(?:得|不)?回来|讨回|血汗钱|引以为戒|别再信|笑死|没了消息|联系不上|关机了|求助|你别再[转去信交]|别再转|别提了|你也信|快跑|转身就跑|被抓了|退赃|劝不住|怎么劝|"
        r"帮我劝|值不值|如何识[别破]|怎么识别|命中词|"
        r"小编(?:劝|告诉|提醒)|拆解|题库[|:]|漫画脚本|群规|谁再发|热搜|该不该|不对劲|禁发|怎么看都像|没返我|信息发布规范|获刑|判刑|帮凶|血泪|手铐|抓了|催收打|"
        r"赶紧退群|黑话|有人私信我|要么犯法|你还去不|外交部[:]|"
        r"执法人员|混为一谈|天差地别|判断题|faq|规制|帮信罪|就是被[“「]|人没了|冻俩月|近日我校|市场监管部门|讨薪|尾号[0-9]{4}|所谓[“「]|差在哪|听着像|求证[:]|敏感词|"
        r"起诉|骗案|误堕|三字经|小课堂|情景剧本|一图看懂|你信[?]|我算了下|消委会|专项整治|塑料珠子|"
        r"靠不靠谱|说句实话|165提醒|唔见|自己掂量|信得不行|就划走|求互关|小测验|拒绝返款|女事主|我妈交了|互关|没人理了|对不对|要不要交|韭菜|信你个鬼|真有人信|派出所没|接派出所|算帮信|"
        r"千万别[点借]|群别进|别入|咪违法|公司失联|气死|仲裁|法院传票|中招了|表扬一下|又有人|情况通报|"
        r"我都嫌|边个信|打油诗|彩金|爆率|首存再|多名青年|贴着一张红纸|她男友|他男友|冒充我校|有谁(?:退|做|去|试)"
    ),
    re.compile(
        r"(?:让|叫|要|要求|喊|催|非拉|非让|收了|扣了|骗)(?:我|我妈|我爸|我姐|当事人|受害人)(?:先|再|又|也|去|必须)?"
        r"[^,。!?\n]{0,5}(?:交|缴|转|付|垫|买|充|拿|下载|办|提供|刷|押|投|打款)|佢(?:话|叫)"
    ),
    re.compile(
        r"我(?:已经|刚|昨天|妈|爸|姐|哥|老婆|老公|闺蜜|朋友|同学|表弟|表妹|同事|女儿|儿子|上次|上个月|当时|去年|阿妈)"
        r"[^,。!?\n]{0,10}(?:交了钱|转了|被骗|差点|死活)"
    ),
    re.compile(
        r"派出所(?:做|通报)|判处|判决|被告|涉案|嫌疑人|记者|受害[人者]|被害人|典型案例|打掉|端掉|被端了|化名|刑拘|有(?:人|不法分子)[^。\n]{0,12}以[“「]|"
        r"以[“「][^”」\n]{10,80}[”」](?:为由|为名|等?(?:话术|名义)|招)"
    ),
    re.compile(r"求职[:|]|求职意向[:]|个人简历|期望薪|求一份|自我评价|本人[^,。\n]{0,12}(?:男|女)[^\n]{0,20}(?:求|找)"),
)
_PERHAPS_RETOLD = (
    re.compile(
        r"(?:合法|靠谱|可信|真的|正规|违法|能去|能信|骗人|骗子|假的|正常|违规|有用|能退|合理|犯法|受理|能签|刷单|洗钱|传销|诈骗)"
        r"(?:的|了)?(?:吗|么|嘛|不\?|呀\?|吧\?|啊\?)"
    ),
    re.compile(
        r"有没有(?:人|懂|被|一样)|有冇人|有人(?:试|做|知道|遇|听说|被|跟我说|说)[^,。!?\n]{0,3}|谁(?:做|去|试|遇|听)[^,。!?\n]{0,3}过|请问|请教|想问|咨询一下|求问"
    ),
    re.compile(
        r"(?:咋办|怎么(?:办|弄|维权|投诉|举报|追回))[^,。\n]{0,3}(?:[?。!\n]|$)|避雷|排雷|维权|退不(?:回|下)来|离谱|解散了|炸了|跑路了|(?:吗|咩|么|"
        r"呢)[?!。…]{0,3}$"
    ),
    re.compile(
        r"自提|开课|招生简章|拼车|校服|清仓|转租|租用雨伞|租充电宝|出租屋|满[0-9]{2,3}减|培训班|实战班|先给我看看|谁信|信了你|骗你|血本|转让|告示|原路退回|失联|更新日期|"
        r"目录[:]|有懂的|各位家长|祝生活愉快|怎么回事|(?:他|她|人家|对方)说|问下|做得对|多少钱|安装包[,，]我|求个内推|看到[“「]"
    ),
    re.compile(r"(?:骗局|套路|话术)(?:解析|拆解|盘点|揭秘|整理|有多)"),
)
_WARNING = (
    re.compile(
        r"法》?第[一二三四五六七八九十百0-9]{1,4}条|条例》?第|(?:就是|这是|那是|都是|属于|涉嫌)(?:典型的?)?(?:诈骗|传销|洗钱|骗局|犯罪|帮凶|帮信)"
    ),
    re.compile(r"(?:有人|近期|不法|近日|冒充|多名)[^。\n]{0,60}(?:为由|为诱饵|为名|诈骗|招揽|诱骗|骗取)"),
    re.compile(r"就?是骗子(?:$|千万|大家|别|[,。!])|别(?:干|碰|做|转|去)(?:$|了|,|那)|别再信"),
    re.compile(r"民警|警方|反诈(?:中心|播报|提醒|宣传|预警)|(?:人社|人社局|公安|使馆|律师|检察官)(?:提醒|解答|说)"),
)
"""Signs that a scam may carry as well (谨防诈骗, 反诈中心提醒您): they count only beside another, or in a pair."""


def _is_retold(text: str) -> bool:
    """Whether somebody tells of an offer (a victim, a reporter, a warning, a résumé) rather than making one.

    A scam may carry a warning of its own, so warnings alone do not count. One sign that only a teller leaves does
    (two in a long text, which may use such a word in passing), two that tellers usually leave, or one where nothing
    is offered.
    """
    certain = {match.group() for sign in _CERTAINLY_RETOLD for match in sign.finditer(text)}
    perhaps = sum(1 for sign in _PERHAPS_RETOLD if sign.search(text))
    warning = sum(1 for sign in _WARNING if sign.search(text))
    offers = _OFFERS_WORK.search(text) is not None
    if certain:
        return len(text) <= ROOM_FOR_A_SLIP or len(certain) + perhaps + warning >= 2 or not offers
    return perhaps >= 2 or (perhaps == 1 and (warning > 0 or not offers)) or (warning >= 2 and not offers)
