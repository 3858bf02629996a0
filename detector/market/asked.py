"""Whether a text asks anything of who applies: 不用证, 零基础, 持证, 两年经验."""

from __future__ import annotations

import re

LONG = 120
"""Characters from which on a text describes work rather than calls."""
_DESCRIBED = 300
"""Characters from which on a text describes its work, whatever it says is not asked."""
_NOTHING_ASKED = re.compile(
    r"证[都也]不[用要]|就得(?=[,。 !]|$)|(?:唔使|不用|无需|免)(?:面试|见工)|玩手机[就都也]"
    r"|不[用要]证|无需证|免证|不需要?证(?![件明])|没证[也都]|会不会[^,。;]{0,4}都|谁都[行能会可]|是个人就|人人都?[能会可]|唔使证"
    r"|[不没][^,。;\s]{0,6}(?:也[行可收成]|也能|都[行成可]|没事|有人教|我教|包教)|不会[^,。;\s]{0,4}教|差也行|[无不免]试译"
    r"|会[^,。;\s]{1,8}?就[行可能成好来]|[坐站看躺守]着?[^,。;\s]{0,4}就[行可能成好]|[坐站躺]着(?:看|拿|数|收|等|陪|登|提)"
    r"|不[用需]要?(?:会|动|干活|开口|说话|上手|懂|你[会做干动])|不(?:开|上|碰|修|动)(?:机器|高空|手)"
    r"|(?:小学|初中|高中|中专)[^,。;\s]{0,3}(?:就行|也[要行收]|即可|以下)"
    r"|岁就行|大学生就行|只要会|识字[即就]|四级即可|会打字即可|no exp|no test"
)
"""Words that say that nothing is asked, so that a trade's name does not make its skill needed."""
_LITTLE_ASKED = re.compile(
    r"免(?:试|经验)|[零0]基础|[无没]经验(?!勿|者勿|的?慎|免|[请不])|不限(?:经验|国籍|学历)|不需[^,。;\s]{0,6}经验|经验不[限要]"
    r"|新手(?:可|能|也)|初中以上|身体健康即可|即可"
)
"""Words that say so in a call, and are said for form's sake in a long posting."""
ASKED_FOR = re.compile(
    r"持证|[一二三初中高]级证|国家[一二三]级|老把式|老师傅(?!带|教|手把手)|(?:行头|工具|器械|设备)自[备带]|自[备带](?:行头|工具|器械|设备)|证以上|职称|母语|(?<![不没无])[要须需有](?![^,。;\s]{0,3}不)[^,。;\s]{0,8}(?:证(?![件金])|经验|资质|资格|功底)|硕士|博士|985|211"
    r"|(?<!无需)[两三四五六八十0-9]年(?:以上|经验)|作品集|试讲|先试|考核|years|portfolio|degree|(?<![不就只])会(?!用|打字|说|玩|点|看|聊|刷|上网|手机|发|复制|拍照|哄|喝|开[车摩]|骑)[^,。;\s的]{1,5}的|要会(?!用手机|打字|说话|微信)|要(?:录|带|做|拍|干|演|开|画|写|修)过|会调"
)
"""Words that say that something is asked, so that work without a known name may be a trade."""


def asks_nothing(text: str) -> bool:
    """Whether the text says that nothing is asked, or in a call that little is, and nothing else."""
    if len(text) > _DESCRIBED:
        return False
    if _NOTHING_ASKED.search(text) is not None:
        return True
    return len(text) <= LONG and _LITTLE_ASKED.search(text) is not None and ASKED_FOR.search(text) is None
