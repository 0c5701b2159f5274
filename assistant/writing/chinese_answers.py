"""The composer's Chinese for answers: what customers think, and which variants there are."""

from __future__ import annotations

from collections.abc import Sequence


def opinions(
    title: str, rating: str, counts: tuple[int, int, int], good: str, bad: str
) -> list[str]:
    """The rating, how many of all reviews are for and against, and a quotation of each."""
    total, liked, critical = counts
    said = [f"{title}：{rating}。" if rating else f"{title}还没有评分。"]
    if not total:
        return [*said, "目前还没有文字评价。"]
    if total > 1 and liked == total:
        said.append(f"我这里的 {total} 条文字评价都是好评。")
    elif total > 1 and (liked or critical):
        said.append(f"我这里的 {total} 条文字评价中，{liked} 条好评，{critical} 条不太满意。")
    if good:
        said.append(f"有顾客写道：“{good}”")
    if bad:
        said.append(f"也有不满意的：“{bad}”")
    return said


def complaints(title: str, total: int, critical: int, quote: str) -> list[str]:
    """What customers find wrong."""
    if not total:
        return [f"{title}还没有文字评价。"]
    if not critical or not quote:
        return [f"{title}的 {total} 条文字评价里没有不满意的。"]
    return [f"{title}的 {total} 条文字评价中有 {critical} 条不太满意：“{quote}”"]


def comes_in(name: str, values: Sequence[str], *, is_in_stock: bool) -> list[str]:
    """There is such a variant."""
    if is_in_stock:
        return [f"有的，{name}有{'、'.join(values)}。"]
    return [f"{name}有{'、'.join(values)}，但暂时缺货。"]


def comes_not_in(name: str, values: Sequence[str], there: Sequence[str]) -> list[str]:
    """There is no such variant; `there` are those that there are."""
    no = f"{name}没有{'、'.join(values)}。"
    return [no, f"现有：{'、'.join(there)}。"] if there else [no]


def options(name: str, values: Sequence[str], of: Sequence[str], *, is_size: bool) -> list[str]:
    """All colours or sizes to be had; the sizes in the colour `of`."""
    if not values:
        return [f"{name}暂时都缺货。"]
    colour = f"（{'、'.join(of)}）" if of else ""
    return [f"{name}{colour}的{'尺码' if is_size else '颜色'}有：{'、'.join(values)}。"]


def which_have(titles: Sequence[str], feature: str, of: int) -> list[str]:
    """Which of several products have a feature, by their records."""
    if not titles:
        return [f"按商品资料，这 {of} 款都不具备“{feature}”。"]
    if len(titles) == of:
        return [f"这 {of} 款都符合“{feature}”：{'、'.join(titles)}。"]
    return [f"这 {of} 款里有 {len(titles)} 款符合“{feature}”：{'、'.join(titles)}。"]
