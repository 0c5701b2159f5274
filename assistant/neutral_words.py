"""Words that claim nothing of a product; the verifier lets them pass without evidence."""

from __future__ import annotations

_ENGLISH = """
a an the this that these those it its it's they them their he she you your you're you'd
yours i i'd i'm me my one ones both each all any some other another
and or but so as if because while since also too either though which who whom whose what when
where there here then
is are was be been being am has have had having do does can could may might will would should
of in on at by for from to into with within about around over under above below between up
out off through during after before per than like
very quite really rather just even well still already simply easily especially
particularly perfectly truly overall together
look looks looking see find found want wants wanted need needs needed wish wishes wished seek
seeking search searching ask asked asking request requested requirement requirements
recommend recommended recommends suggest suggests suggested suggestion choose choosing
choice choices option options pick picks picked match matches matching matched fit fits
fitting suit suits suited suitable meet meets meeting consider worth try get gets give gives
offer offers make makes made come comes coming go goes going feature features featuring
featured include includes including included provide provides provided keep keeps help helps
add adds enjoy work works designed built use used uses using described listed list known
called named weigh weighs weighing
product products item items thing things customer customers buyer buyers shopper shoppers
people someone anyone review reviews rating ratings rated rate star stars price prices priced
cost costs costing budget currency amount limit total value money spend spending
good great nice lovely solid fine right ideal handy popular favorite favourite
first next everyday day daily time times
yes sure please thanks thank hello hi
"""

# "offer" and its like stand here for "offers a hood"; "special offer" fails on "special".

_CHINESE = """
这 那 这款 那款 这件 这个 那个 这些 它 它们 您 你 我 我们 一款 一件 一个 款 件 个 种 双 条 台 只
的 地 得 了 着 过 和 与 及 或 或者 而 而且 并 并且 也 都 还 又 就 才 很 非常 比较 十分 挺
是 有 在 为 以 由 从 到 对 对于 把 被 让 给 用 于 中 里 上 下 内 外 其中 之 等 如 如果 
因为 所以 但
推荐 建议 适合 合适 符合 满足 要求 需求 需要 想要 想 找 寻找 选择 选 可以 可 能 能够 会 考虑 看看 
值得
商品 产品 款式 东西 顾客 客户 用户 买家 评价 评分 评论 星 价格 售价 价 预算 以内 之内 元
不错 好 很好 实用 具有 带有 带 采用 使用 设计 拥有 配有 属于 来自 品牌 颜色 材质 类别 特点
首先 其次 另外 此外 同时 如下 目前 现在 哦 呢 吧 啊 吗 呀 您的 我的 它的 说 写 为您 给您
"""

ENGLISH = frozenset(_ENGLISH.split())
CHINESE = frozenset(_CHINESE.split())
