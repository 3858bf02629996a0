"""Every kind of problem the service answers with, as a table: what it is called, what it means, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: `/problems/<slug>` is its stable type and the address of its page."""

    slug: str
    status: int
    title: str
    title_en: str
    cure: str
    cure_en: str

    @property
    def type(self) -> str:
        """The stable `type` member, relative to the service."""
        return f"/problems/{self.slug}"


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "bad-request",
            400,
            "请求无法读取",
            "The request cannot be read",
            "检查请求行、请求头和请求体是否完整。",
            "Check that the request line, headers and body are whole.",
        ),
        Kind(
            "malformed-json",
            400,
            "不是合法的 JSON",
            "Not valid JSON",
            "请求体必须是一个完整的 JSON 值，嵌套不可过深，不可含 NaN 或 Infinity。",
            "The body must be one whole JSON value, not deeply nested, without NaN or Infinity.",
        ),
        Kind(
            "duplicate-key",
            400,
            "JSON 里有重复的键",
            "A key stands twice in the JSON",
            "每个对象里同一个键只写一次；否则不同的程序会读到不同的内容。",
            "Write each key once an object; otherwise two programs read two different postings.",
        ),
        Kind(
            "not-utf-8",
            400,
            "不是 UTF-8 编码",
            "Not UTF-8",
            "请把请求体转成 UTF-8（例如原来是 GBK）再发送。",
            "Convert the body to UTF-8 (from GBK, for instance) before sending it.",
        ),
        Kind(
            "key-missing",
            401,
            "需要密钥",
            "A key is needed",
            "请在请求头里写 Authorization: Bearer <密钥>；密钥由服务的管理员用 scamjob keys create 生成。",
            "Send Authorization: Bearer <key>; the administrator makes keys with scamjob keys create.",
        ),
        Kind(
            "key-invalid",
            401,
            "密钥无效",
            "The key is not valid",
            "密钥写错、已过期或已吊销；请向管理员要一个新的。",
            "It is mistyped, expired or revoked; ask the administrator for another.",
        ),
        Kind(
            "scope-missing",
            403,
            "这个密钥没有此项权限",
            "The key does not allow this",
            "请换用带有所需权限（assess、feedback、review、admin）的密钥。",
            "Use a key with the scope that is needed (assess, feedback, review, admin).",
        ),
        Kind(
            "form-expired",
            403,
            "页面已过期",
            "The form has expired",
            "请回到上一页，刷新后再提交；浏览器需要允许本站的 cookie。",
            "Go back, load the page again and submit once more; the browser must accept the cookie of this site.",
        ),
        Kind(
            "not-found",
            404,
            "没有这个地址",
            "No such address",
            "接口列表见 /openapi.json。",
            "The routes are listed in /openapi.json.",
        ),
        Kind(
            "unknown-rule",
            404,
            "没有这条规则",
            "No such rule",
            "全部规则见 /api/v1/rules。",
            "All rules are listed at /api/v1/rules.",
        ),
        Kind(
            "unknown-posting",
            404,
            "没有这条招聘信息",
            "No such posting",
            "它没有保存过，或者已经删除；编号是 options.store 或反馈的答复里的 assessment_id。",
            "It was never stored or is deleted; the id is the assessment_id that storing or feedback gave.",
        ),
        Kind(
            "method-not-allowed",
            405,
            "这个地址不支持该方法",
            "Method not allowed here",
            "可用的方法写在 Allow 响应头里。",
            "The Allow header of the answer lists the methods that work.",
        ),
        Kind(
            "conflict",
            409,
            "与现有内容冲突",
            "In conflict with what is there",
            "detail 里写明与什么冲突；先读取当前状态，再重新发送。",
            "The detail says with what; read the present state, then send again.",
        ),
        Kind(
            "idempotency-conflict",
            409,
            "同一个 Idempotency-Key 用在了不同的请求上",
            "The same Idempotency-Key with another request",
            "重发必须与第一次一字不差；新的请求请换一个新的 Idempotency-Key。",
            "A repeated request must be the same to the byte; take a new Idempotency-Key for a new one.",
        ),
        Kind(
            "idle-too-long",
            408,
            "等得太久",
            "Silent for too long",
            "流式请求里太久没有发来一行，或没有读取结果；请重新连接，从没有收到结果的那一行接着发。",
            "Nothing was sent or read for too long; connect again and go on from the first line unanswered.",
        ),
        Kind(
            "line-too-long",
            413,
            "一行过长",
            "A line is too long",
            "每行一条招聘信息，不超过 512 KiB；这一行已跳过，其余照常。",
            "One posting a line, at most 512 KiB; this line was passed over, the others are answered.",
        ),
        Kind(
            "body-too-large",
            413,
            "请求体过大",
            "Request body too large",
            "单条不超过 512 KiB，批量不超过 32 MiB；请分几次发送。",
            "At most 512 KiB for one posting and 32 MiB for a batch; send it in parts.",
        ),
        Kind(
            "image-too-large",
            413,
            "图片太大",
            "The image is too large",
            "每张不超过 12 MiB、4,000 万像素，一次合计不超过 32 MiB、6,000 万像素；请裁剪后分几次发送。",
            "At most 12 MiB and 40 megapixels an image, 32 MiB and 60 megapixels in all; send them in parts.",
        ),
        Kind(
            "unsupported-media-type",
            415,
            "不支持的内容类型",
            "Unsupported media type",
            "请用 Content-Type: application/json，UTF-8，不压缩。",
            "Use Content-Type: application/json, in UTF-8 and not compressed.",
        ),
        Kind(
            "unsupported-image",
            415,
            "不是可读的图片格式",
            "Not an image that can be read",
            "可读 PNG、JPEG、WebP、HEIC；格式按文件内容判断，改文件名没有用。",
            "PNG, JPEG, WebP and HEIC are read; the content tells the format, not the name.",
        ),
        Kind(
            "invalid-posting",
            422,
            "字段不合要求",
            "A field is not what it must be",
            "errors 里逐条写明是哪个字段、哪里不对。",
            "The errors member names each field and what is wrong with it.",
        ),
        Kind(
            "empty-posting",
            422,
            "没有可以判断的文字",
            "Nothing to assess",
            "至少给出 text（或 title、description 等）中的一项，且不能只有空白。",
            "Give at least one of text, title, description and so on, not only blanks.",
        ),
        Kind(
            "text-too-long",
            422,
            "文字过长",
            "Text too long",
            "一条招聘信息各字段合计不超过 20,000 个字符（按 Unicode 码点计）；请只发招聘原文。",
            "All fields of a posting together hold at most 20,000 Unicode code points; send the posting alone.",
        ),
        Kind(
            "lone-surrogate",
            422,
            "文字里有半个字符",
            "Half a character in the text",
            "文字里有不成对的代理项（\\ud800–\\udfff），多半是截断时把一个表情切成了两半；请按完整字符截断。",
            "A lone surrogate (\\ud800–\\udfff), usually an emoji cut in two; cut between whole characters.",
        ),
        Kind(
            "invalid-batch",
            422,
            "批量请求不合要求",
            "The batch is not what it must be",
            '请发送 {"postings": [ … ]}，1 到 1,000 条。',
            'Send {"postings": [ … ]} with 1 to 1,000 items.',
        ),
        Kind(
            "invalid-feedback",
            422,
            "反馈不合要求",
            "The feedback is not what it must be",
            "errors 里逐条写明是哪个字段、哪里不对。",
            "The errors member names each field and what is wrong with it.",
        ),
        Kind(
            "invalid-decision",
            422,
            "审核结论不合要求",
            "The decision is not what it must be",
            "请选骗局、正常招聘、不是招聘或弃用之一；备注不要太长。",
            "Choose scam, legit, not_posting or discard; keep the note short.",
        ),
        Kind(
            "invalid-upload",
            422,
            "不是能检查的表格",
            "Not a table that can be checked",
            "请选一个 .csv、.xlsx 或 .jsonl 文件。",
            "Choose a file that ends in .csv, .xlsx or .jsonl.",
        ),
        Kind(
            "no-image",
            422,
            "没有图片",
            "No image",
            "请用 multipart/form-data 的 images 字段发送 1 到 9 张图片。",
            "Send 1 to 9 images in the field images of multipart/form-data.",
        ),
        Kind(
            "too-many-images",
            422,
            "图片太多",
            "Too many images",
            "一次最多 9 张；请分几次发送。",
            "At most 9 at a time; send them in parts.",
        ),
        Kind(
            "broken-image",
            422,
            "图片打不开",
            "The image cannot be opened",
            "文件不完整或已损坏；请重新截图或重新保存后再发送。",
            "It is cut off or damaged; take or save it again.",
        ),
        Kind(
            "rate-limited",
            429,
            "请求太快",
            "Too many requests",
            "请按 Retry-After 响应头写的秒数等待后再试。",
            "Wait as many seconds as the Retry-After header says.",
        ),
        Kind(
            "quota-exceeded",
            429,
            "今天的额度用完了",
            "The quota of the day is used up",
            "额度在 Retry-After 响应头写的秒数之后恢复；需要更多请联系管理员。",
            "It is renewed after as many seconds as the Retry-After header says; ask the administrator for more.",
        ),
        Kind(
            "internal-error",
            500,
            "服务出错",
            "The service failed",
            "这不是您的错。请稍后再试；若总是如此，请告诉维护者。",
            "This is not your mistake. Try again later; if it persists, tell the maintainers.",
        ),
        Kind(
            "no-ocr",
            501,
            "没有安装读图的部件",
            "Reading images is not installed",
            "本服务没有安装读图的部件（pip install 'scamjob[ocr]'）；请直接粘贴文字。",
            "This service lacks the extra that reads images (pip install 'scamjob[ocr]'); send the text.",
        ),
        Kind(
            "store-unavailable",
            503,
            "暂时无法保存或读取",
            "The store is not available",
            "数据库暂时没有应答，内容可能没有保存；请按 Retry-After 稍后带同一个 "
            "Idempotency-Key 重发。不要求保存的判断照常可用。",
            "The database does not answer; send again after Retry-After, with the same Idempotency-Key. "
            "Assessments without store go on.",
        ),
        Kind(
            "busy",
            503,
            "流式通道已满",
            "All streams are taken",
            "同时进行的流式请求太多；请按 Retry-After 响应头写的秒数等待后再试，或改用批量接口。",
            "Too many streams at a time; wait as many seconds as the Retry-After header says, or send batches.",
        ),
        Kind(
            "not-ready",
            503,
            "服务尚未就绪",
            "Not ready",
            "检测器没有给出应有的结果；请检查模型文件并重新启动。",
            "The detector did not give the answer it should; check the model files and restart.",
        ),
        Kind(
            "images-busy",
            503,
            "读图的人太多",
            "Too many images are being read",
            "正在读别人的图片；请过几秒再试，或直接粘贴文字。",
            "Others' images are being read; try again in a few seconds, or send the text.",
        ),
        Kind(
            "images-not-read",
            503,
            "图片没有读完",
            "The images were not read",
            "读图超时或中断；请裁剪成小一些的图片再试，或直接粘贴文字。",
            "Reading took too long or broke off; try smaller images, or send the text.",
        ),
    )
}

BY_STATUS: Mapping[int, str] = {
    400: "bad-request",
    401: "key-missing",
    403: "scope-missing",
    404: "not-found",
    405: "method-not-allowed",
    408: "idle-too-long",
    409: "conflict",
    413: "body-too-large",
    415: "unsupported-media-type",
    429: "rate-limited",
    500: "internal-error",
    503: "not-ready",
}
"""What a plain HTTP error is called; any other status keeps RFC 9457's about:blank."""
