"""Electronics."""

from __future__ import annotations

from retrieval.demo.pictures.shapes import GLASS, INK, METAL, PAPER, STEEL, Palette, body, disc, ground, kind, line, mirrored, oval, path, rect, turned

_SCREEN = "#28303c"


@kind("headphones")
def headphones(p: Palette, look: int) -> str:
    band = line("M62 132Q58 44 120 44T178 132", p.dark, 14) + line("M80 76Q94 54 120 54T160 76", p.light, 6)
    cup = rect(44, 116, 40, 72, 18, p.base) + rect(70, 122, 20, 60, 10, p.deep) + rect(50, 128, 8, 48, 4, p.light)
    mark = mirrored(disc(56, 152, 6, p.accent))
    extra = line("M64 188Q70 214 104 210", INK, 4) if look % 3 == 1 else ""
    ears = mirrored(path("M70 66Q66 38 86 36Q98 46 98 56Z", p.accent)) if look % 3 == 2 else ""
    return ground(74, 206) + ears + band + mirrored(cup) + mark + extra


@kind("earbuds")
def earbuds(p: Palette, look: int) -> str:
    lid = body("M64 106Q64 68 120 66T176 106Z", p.light)
    case = body("M60 112H180V150Q180 194 140 196H100Q60 194 60 150Z", p.base)
    bud = mirrored(disc(92, 98, 16, PAPER if p.base[1] < "d" else "#ccd3da") + rect(86, 100, 13, 32, 6, PAPER if p.base[1] < "d" else "#ccd3da") + disc(87, 94, 5, INK))
    return ground(60, 204) + lid + path("M60 112Q120 126 180 112V118Q120 132 60 118Z", p.deep) + bud + case + path("M60 112H180V122H60Z", p.dark) + disc(120, 164, 5, p.accent)


@kind("sport-earbuds")
def sport_earbuds(p: Palette, look: int) -> str:
    one = line("M76 128Q44 104 56 70T96 66", p.dark, 9) + disc(84, 134, 27, p.base) + disc(84, 134, 17, p.deep) + rect(78, 128, 12, 12, 4, p.accent) + path("M100 152q16 6 12 20q-12 2 -22 -10z", INK)
    return ground(72, 192) + mirrored(one) + line("M88 162Q90 198 120 198T152 162", INK, 4)


@kind("speaker")
def speaker(p: Palette, look: int) -> str:
    dots = "".join(disc(x, y, 2.6, p.deep) for x in range(72, 172, 12) for y in range(106, 176, 12))
    return ground(66, 202) + line("M174 92Q204 84 202 118Q200 140 178 138", INK, 6) + body("M56 110Q56 82 84 82H156Q184 82 184 110V166Q184 194 156 194H84Q56 194 56 166Z", p.base, 140, 0.09) + dots + disc(120, 140, 28, p.dark) + disc(120, 140, 16, p.accent) + rect(96, 86, 48, 8, 4, p.deep)


@kind("shelf-speaker")
def shelf_speaker(p: Palette, look: int) -> str:
    def one(x: int, name: str) -> str:
        return body(f"M{x} 56h72v144h-72z", p.base, x + 44, name=name) + rect(x + 6, 62, 60, 132, 5, _SCREEN) + disc(x + 36, 152, 27, "#46505e") + disc(x + 36, 152, 19, _SCREEN) + disc(x + 36, 152, 7, "#6a7685") + disc(x + 36, 92, 14, "#46505e") + disc(x + 36, 92, 7, "#6a7685") + disc(x + 60, 188, 2, "#7fd0a6")
    return ground(88, 206) + one(40, "a") + one(128, "b")


@kind("radio")
def radio(p: Palette, look: int) -> str:
    slots = "".join(line(f"M62 {y}H122", p.deep, 4) for y in range(118, 178, 11))
    return ground(82, 200) + line("M70 92Q70 58 90 58H150Q170 58 170 92", p.deep, 8) + line("M186 90L206 34", STEEL, 4) + body("M38 108Q38 92 54 92H186Q202 92 202 108V176Q202 192 186 192H54Q38 192 38 176Z", p.base, 140, 0.08) + slots + rect(134, 106, 56, 28, 5, "#fff1c9") + line("M140 122H184", INK, 2) + line("M156 110V130", "#cf3a45", 3) + disc(148, 162, 14, PAPER) + disc(180, 162, 14, PAPER) + line("M148 162V152M180 162L188 156", INK, 3)


@kind("keyboard")
def keyboard(p: Palette, look: int) -> str:
    wide = look % 2 == 1
    keys = ""
    for j, y in enumerate((104, 124, 144)):
        for i in range(9 if not wide else 10):
            special = (i + j * 3) % 11 == 0
            keys += rect(41 + i * (18 if not wide else 16), y, 14.5 if not wide else 12.5, 15, 3.5, p.accent if special else p.pale)
    keys += rect(41, 164, 26, 14, 3.5, p.light) + rect(72, 164, 92, 14, 3.5, p.pale) + rect(169, 164, 30, 14, 3.5, p.accent)
    return ground(96, 200) + body("M28 102Q28 92 38 92H202Q212 92 212 102V182Q212 192 202 192H38Q28 192 28 182Z", p.dark, 150, 0.08) + rect(34, 98, 172, 86, 6, p.base) + keys


@kind("mouse")
def mouse(p: Palette, look: int) -> str:
    if look % 2 == 0:
        d = "M72 192Q58 150 86 96Q104 62 132 60Q168 66 172 120T166 192Z"
        return ground(70, 200) + body(d, p.base, 132, 0.1) + path("M86 96Q104 62 132 60Q128 84 108 112Z", p.light) + path("M84 134Q104 118 124 126Q118 150 90 156Z", p.deep) + rect(124, 66, 11, 26, 5, p.accent) + path("M64 184H180Q186 196 174 198H72Q58 196 64 184Z", p.deep)
    return ground(54, 206) + body("M74 118Q74 52 120 52T166 118V150Q166 202 120 202T74 150Z", p.base) + line("M120 54V118M76 118H164", p.deep, 3) + rect(113, 74, 14, 30, 7, p.accent) + line("M90 140Q92 172 108 184", p.light, 5)


@kind("hub")
def hub(p: Palette, look: int) -> str:
    return ground(76, 190) + line("M120 118V84Q120 56 150 56H166", INK, 7) + rect(166, 46, 34, 20, 5, METAL) + rect(198, 51, 14, 10, 2, STEEL) + body("M40 132Q40 118 54 118H186Q200 118 200 132V166Q200 180 186 180H54Q40 180 40 166Z", p.base, 140, 0.08) + "".join(rect(x, 140, w, 17, 3, INK) for x, w in ((56, 30), (94, 30), (132, 22), (162, 22))) + disc(190, 128, 3, "#7fd0a6") + line("M50 126H178", p.pale, 3)


@kind("webcam")
def webcam(p: Palette, look: int) -> str:
    return ground(60, 204) + path("M102 150H138L150 192H90Z", p.dark) + rect(74, 188, 92, 12, 6, p.deep) + body("M40 96Q40 76 60 76H180Q200 76 200 96V132Q200 152 180 152H60Q40 152 40 132Z", p.base, 140) + disc(120, 114, 29, METAL) + disc(120, 114, 23, INK) + disc(120, 114, 13, "#3f6f98") + disc(114, 108, 4.5, "#ffffff") + disc(178, 98, 4, "#7fd0a6") + line("M58 110v8M66 106v16M74 110v8", STEEL, 3)


@kind("power-bank")
def power_bank(p: Palette, look: int) -> str:
    cable = line("M120 50Q120 24 160 28T192 64", INK, 5) + turned(rect(184, 62, 16, 22, 3, METAL), -8, 192, 72)
    if look % 2:
        return ground(60, 206) + cable + body("M66 66Q66 52 80 52H160Q174 52 174 66V186Q174 200 160 200H80Q66 200 66 186Z", p.base) + rect(84, 78, 72, 30, 6, _SCREEN) + rect(92, 88, 10, 10, 2, "#7fd0a6") + rect(106, 88, 10, 10, 2, "#7fd0a6") + rect(120, 88, 10, 10, 2, "#7fd0a6") + "".join(rect(x, 56, 16, 7, 2, INK) for x in (84, 110, 138)) + path("M124 130l-18 28h14l-6 24l22 -32h-14z", p.accent)
    return ground(48, 206) + cable + body("M78 64Q78 52 90 52H150Q162 52 162 64V188Q162 200 150 200H90Q78 200 78 188Z", p.base) + "".join(disc(x, 182, 4, "#7fd0a6" if x < 130 else p.deep) for x in (102, 114, 126, 138)) + rect(110, 55, 20, 7, 3, INK) + path("M124 96l-20 32h15l-6 26l24 -36h-15z", p.accent)


@kind("solar-bank")
def solar_bank(p: Palette, look: int) -> str:
    sun = disc(186, 50, 17, "#f7c94b") + "".join(turned(line("M186 24v-8", "#f7c94b", 4), a, 186, 50) for a in range(0, 360, 45))
    def panel(y: int) -> str:
        cells = "".join(rect(66 + i * 20, y + 7, 17, 27, 1.5, "#3d5f8f") for i in range(5))
        return rect(56, y, 116, 41, 5, _SCREEN) + cells + line(f"M68 {y + 12}l10 -3", "#8fb4dd", 2.5)
    return ground(74, 208) + sun + panel(58) + panel(103) + body("M50 150Q50 144 56 144H172Q178 144 178 150V196Q178 204 170 204H58Q50 204 50 196Z", p.base, 130) + disc(70, 174, 11, "#fff3c9") + rect(128, 166, 36, 16, 5, p.deep) + rect(92, 168, 20, 10, 3, INK)


@kind("charger")
def charger(p: Palette, look: int) -> str:
    return ground(56, 202) + line("M150 168Q206 168 204 120T226 70", INK, 5) + mirrored(rect(98, 42, 9, 26, 2, METAL)) + body("M70 82Q70 64 88 64H152Q170 64 170 82V178Q170 196 152 196H88Q70 196 70 178Z", p.base) + rect(106, 128, 28, 11, 5, INK) + rect(106, 148, 28, 11, 5, INK) + rect(106, 168, 28, 12, 2, INK) + path("M122 80l-12 20h10l-4 16l16 -24h-10z", p.accent)


@kind("charging-pad")
def charging_pad(p: Palette, look: int) -> str:
    return line("M196 170Q226 172 224 206", INK, 5) + oval(120, 178, 86, 26, p.deep) + oval(120, 170, 86, 26, p.base) + oval(120, 170, 70, 19, p.light) + turned(rect(84, 62, 72, 108, 11, INK) + rect(89, 67, 62, 98, 7, "#5f8fc0") + path("M89 130q30 -26 62 0v28q0 7 -7 7h-48q-7 0 -7 -7z", "#7fb3a0") + path("M123 84l-14 22h11l-5 18l18 -26h-11z", PAPER), 8, 120, 120)


@kind("smart-watch")
def smart_watch(p: Palette, look: int) -> str:
    band = path("M92 70L98 22H142L148 70Z", p.base) + path("M92 170L98 220H142L148 170Z", p.base) + "".join(oval(120, y, 4, 2.6, p.deep) for y in (190, 200, 210)) + path("M98 22H142L143 34H97Z", p.dark)
    dial = body("M76 92Q76 64 104 64H136Q164 64 164 92V148Q164 176 136 176H104Q76 176 76 148Z", METAL) + rect(84, 72, 72, 96, 20, _SCREEN)
    ring = '<circle cx="120" cy="114" r="25" fill="none" stroke="#4a5564" stroke-width="6"/><path d="M120 89a25 25 0 1 1 -24 32" fill="none" stroke="#7fd0a6" stroke-width="6" stroke-linecap="round"/>'
    return band + dial + rect(164, 104, 7, 22, 3, STEEL) + ring + line("M112 114l6 7l11 -14", "#ffffff", 4) + line("M98 154h8l5 -8l7 14l5 -6h18", "#e57a5c", 3)


@kind("fitness-band")
def fitness_band(p: Palette, look: int) -> str:
    return ground(50, 210) + '<ellipse cx="120" cy="118" rx="54" ry="84" fill="none" stroke="%s" stroke-width="26"/>' % p.dark + path("M93 60Q84 118 93 178Q106 200 120 200T147 178Q156 118 147 60Q134 38 120 38T93 60Z", p.base) + rect(96, 74, 48, 90, 16, _SCREEN) + path("M120 98q-12 -14 -18 0q0 10 18 22q18 -12 18 -22q-6 -14 -18 0z", "#e5607a") + line("M104 138h32", "#7fd0a6", 5) + line("M104 148h20", "#f2b84b", 5)


@kind("smart-plug")
def smart_plug(p: Palette, look: int) -> str:
    def one(x: int, y: int, name: str) -> str:
        return body(f"M{x} {y + 20}q0 -20 20 -20h52q20 0 20 20v52q0 20 -20 20h-52q-20 0 -20 -20z", p.base, x + 54, name=name) + disc(x + 46, y + 46, 30, "#d3dae0") + disc(x + 46, y + 46, 25, "#eef1f3") + rect(x + 35, y + 36, 6, 20, 3, INK) + rect(x + 51, y + 36, 6, 20, 3, INK) + disc(x + 80, y + 12, 4, "#5cb88a")
    return ground(78, 206) + one(98, 50, "a") + one(50, 104, "b") + line("M40 92q14 -18 34 -14M52 98q8 -10 18 -8", "#5c9fc0", 5)


@kind("doorbell")
def doorbell(p: Palette, look: int) -> str:
    return ground(36, 214) + body("M80 50Q80 28 102 28H138Q160 28 160 50V188Q160 208 138 208H102Q80 208 80 188Z", p.base) + rect(88, 36, 64, 78, 22, _SCREEN) + disc(120, 72, 22, "#46505e") + disc(120, 72, 13, "#3f6f98") + disc(114, 66, 4, "#ffffff") + disc(120, 162, 27, PAPER) + '<circle cx="120" cy="162" r="22" fill="none" stroke="#58a8d8" stroke-width="4"/>' + path("M110 168q0 -18 10 -18t10 18z", INK) + disc(120, 171, 3, INK)


@kind("e-reader")
def e_reader(p: Palette, look: int) -> str:
    lines = "".join(line(f"M84 {y}H{156 if (y // 13) % 4 else 128}", "#8d8f8c", 3) for y in range(84, 170, 13))
    return ground(56, 212) + body("M66 42Q66 30 78 30H162Q174 30 174 42V196Q174 208 162 208H78Q66 208 66 196Z", p.base) + rect(76, 42, 88, 142, 3, "#f3f1ea") + line("M92 62H148", INK, 5) + lines + disc(120, 196, 4, p.light)


@kind("camera")
def camera(p: Palette, look: int) -> str:
    photo = rect(84, 150, 72, 62, 3, PAPER) + rect(91, 156, 58, 40, 2, "#8cc3de") + path("M91 196l18 -22l14 14l10 -10l16 18z", "#6fa06a")
    return ground(78, 216) + photo + body("M40 86Q40 68 58 68H182Q200 68 200 86V150Q200 166 184 166H56Q40 166 40 150Z", p.base, 140, 0.08) + rect(58, 54, 34, 18, 6, p.dark) + disc(116, 116, 38, PAPER) + disc(116, 116, 31, INK) + disc(116, 116, 19, "#3f6f98") + disc(109, 108, 6, "#ffffff") + rect(160, 78, 30, 19, 5, GLASS) + disc(176, 118, 8, p.accent) + line("M40 146H200", p.deep, 4)


@kind("tablet")
def tablet(p: Palette, look: int) -> str:
    return ground(86, 198) + body("M34 76Q34 62 48 62H192Q206 62 206 76V176Q206 190 192 190H48Q34 190 34 176Z", p.base, 150) + rect(44, 72, 152, 108, 5, "#f6f4ee") + path("M60 150Q90 92 120 132T180 100", "none", ' stroke="#e57a5c" stroke-width="6" stroke-linecap="round"') + disc(84, 96, 11, "#f2b84b") + turned(rect(150, 92, 8, 74, 4, INK), 30, 154, 130)
