"""What the parser reads out of prompts, and which family the router sends them to."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from pocket3d_server.geometry.asset import Asset
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.builtin_text.omissions import in_another_language, omissions
from pocket3d_server.models.builtin_text.router import Router, subject_of
from pocket3d_server.models.language.understand import tokens_of, understand

# prompt, head word, what must be found
READINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("a red sports car", "car", {"colours": [("red", None)]}),
    ("house with a red roof", "house", {"colours": [("red", "roof")]}),
    ("a house with white walls and a dark blue roof", "house", {"colours": [("white", "wall"), ("dark blue", "roof")]}),
    ("light blue sofa with yellow cushions", "sofa", {"colours": [("light blue", None), ("yellow", "cushion")]}),
    ("black and white chair", "chair", {"colours": [("black", None), ("white", None)]}),
    ("a chair whose seat is red", "chair", {"colours": [("red", "seat")]}),
    ("a bright pastel pink vase", "vase", {"colours": [("bright pastel pink", None)]}),
    ("a car painted green", "car", {"colours": [("green", None)]}),
    ("a car in navy", "car", {"colours": [("navy", None)]}),
    ("a crimson dragon with golden horns", "dragon", {"colours": [("crimson", None), ("golden", "horn")]}),
    ("teal mug", "mug", {"colours": [("teal", None)]}),
    ("turquoise teapot with a brown handle", "teapot", {"colours": [("turquoise", None), ("brown", "handle")]}),
    ("a grey elephant", "elephant", {"colours": [("grey", None)]}),
    ("a table with a red lamp on it", "table", {"colours": [("red", "lamp")]}),
    ("a wooden table with metal legs", "table", {"materials": ["wood"], "noun_materials": {"leg": "metal"}}),
    ("a sword with a golden hilt and a steel blade", "sword", {"colours": [("golden", "hilt")], "noun_materials": {"blade": "steel"}}),
    ("hammer with wooden handle, steel head", "hammer", {"noun_materials": {"handle": "wood", "head": "steel"}}),
    ("gold crown with red jewels", "crown", {"materials": ["gold"], "colours": [("red", "jewel")]}),
    ("an old wooden barrel with iron hoops", "barrel", {"materials": ["wood"], "noun_materials": {"hoop": "iron"}, "style": "classic"}),
    ("leather armchair", "armchair", {"materials": ["leather"]}),
    ("marble statue of a lion", "lion", {"materials": ["marble"]}),
    ("stone castle", "castle", {"materials": ["stone"]}),
    ("oak bookshelf", "bookshelf", {"materials": ["wood"]}),
    ("stainless steel kettle", "kettle", {"materials": ["steel"]}),
    ("porcelain vase", "vase", {"materials": ["ceramic"]}),
    ("a rusty iron gate", "gate", {"materials": ["rust", "iron"]}),
    ("brick house", "house", {"materials": ["brick"]}),
    ("a glass table", "table", {"materials": ["glass"]}),
    ("a glass", "glass", {"materials": []}),
    ("three-legged stool", "stool", {"counts": {"leg": 3}}),
    ("a six-wheeled truck", "truck", {"counts": {"wheel": 6}}),
    ("castle with 6 towers", "castle", {"counts": {"tower": 6}}),
    ("a bookshelf with five shelves", "bookshelf", {"counts": {"shelf": 5}}),
    ("two-storey house", "house", {"counts": {"floor": 2}}),
    ("a house with two chimneys", "house", {"counts": {"chimney": 2}}),
    ("a rocket with four red fins", "rocket", {"counts": {"fin": 4}, "colours": [("red", "fin")]}),
    ("a chest with 4 drawers", "chest", {"counts": {"drawer": 4}}),
    ("candelabra with seven candles", "candelabra", {"counts": {"candle": 7}}),
    ("a house without a chimney", "house", {"counts": {}}),
    ("a house with no chimney", "house", {"counts": {"chimney": 0}}),
    ("a windmill with a dozen sails", "windmill", {"counts": {"sail": 12}}),
    ("three headed dragon", "dragon", {"counts": {"head": 3}}),
    ("a four bladed propeller", "propeller", {"counts": {"blade": 4}}),
    ("a huge castle", "castle", {"size": 2.0}),
    ("tiny mug", "mug", {"size": 0.4}),
    ("giant mushroom", "mushroom", {"size": 2.5}),
    ("a small red car", "car", {"size": 0.7, "colours": [("red", None)]}),
    ("a car with big wheels", "car", {"size": 1.0, "stretch": {"wheel": 1.35}}),
    ("tall narrow bookshelf", "bookshelf", {"stretch": {"height": 1.35, "width": 0.7}}),
    ("a long table", "table", {"stretch": {"length": 1.35}}),
    ("a short fat vase", "vase", {"stretch": {"height": 0.72, "girth": 1.5}}),
    ("a slender vase", "vase", {"stretch": {"girth": 0.7, "height": 1.1}}),
    ("modern chair", "chair", {"style": "modern"}),
    ("medieval sword", "sword", {"style": "medieval"}),
    ("low poly tree", "tree", {"style": "low_poly"}),
    ("a sci-fi rocket", "rocket", {"style": "futuristic"}),
    ("rustic wooden bench", "bench", {"style": "rustic", "materials": ["wood"]}),
    ("a cute cartoon cat", "cat", {"style": "cartoon"}),
    ("a luxurious golden throne", "throne", {"style": "luxury", "colours": [("golden", None)]}),
    ("a coffee mug", "mug", {"colours": []}),
    ("a red coffee mug", "mug", {"colours": [("red", None)]}),
    ("a coffee sofa", "sofa", {"colours": [("coffee", None)]}),
    ("A RED CAR", "car", {"colours": [("red", None)]}),
    ("", "", {"colours": [], "materials": [], "size": 1.0}),
    ("!!! ???", "", {"colours": [], "counts": {}}),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "head", "expected"), READINGS, ids=[r[0] for r in READINGS])
def test_attributes(prompt: str, head: str, expected: dict[str, Any]) -> None:
    brief = understand(prompt, head=head or None)
    found: dict[str, Any] = {
        "colours": [(c.name, c.noun) for c in brief.colours],
        "materials": list(brief.materials),
        "noun_materials": brief.noun_materials,
        "counts": brief.counts,
        "size": pytest.approx(brief.size),
        "stretch": pytest.approx(brief.stretch),
        "style": brief.style,
    }
    for key, value in expected.items():
        assert found[key] == value, key


def test_modifiers_change_the_colour_the_way_they_say() -> None:
    def rgb(prompt: str) -> tuple[float, float, float]:
        return understand(prompt, head="car").colours[0].rgb

    assert sum(rgb("light blue car")) > sum(rgb("blue car")) > sum(rgb("dark blue car"))
    assert max(rgb("bright red car")) - min(rgb("bright red car")) > max(rgb("red car")) - min(rgb("red car"))


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("a red sports car with black wheels", "sports car"),
        ("a pair of leather boots", "boot"),
        ("a cup of coffee", "cup"),
        ("a statue of a horse", "horse"),
        ("a big old wooden table", "table"),
        ("an orange", "orange"),
        ("two glasses", "glasses"),
    ],
)
def test_subject(prompt: str, subject: str) -> None:
    assert " ".join(subject_of(tokens_of(prompt))) == subject


ROUTES = """
car: a red sports car | automobile | a blue sedan | police car | yellow taxi | an old vintage car | convertible | suv | a pickup truck | a race car with a spoiler | small electric car | toy car | luxury limousine | a rusty old car | jeep with big wheels
chair: a wooden chair | office chair | a modern dining chair | the king's golden throne | red gaming chair | a chair with three legs
armchair: a leather armchair | cosy easy chair
stool: three legged stool | a tall bar stool
bench: a park bench | garden bench with iron sides
sofa: a grey sofa with yellow cushions | couch | two seater sofa | leather couch
table: a round wooden table | glass coffee table | dining table with six legs | a table with a red lamp on it | marble table
desk: a writing desk with three drawers | office desk
cabinet: wardrobe | chest of drawers | a kitchen cupboard | nightstand
bookshelf: a bookshelf full of books | tall oak bookcase with 6 shelves
bed: a double bed | bunk bed | king size bed with red blanket
lamp: a table lamp | street lamp | floor lamp with a green shade | desk lamp | old street light
lantern: an old lantern
candle: a candle | candelabra with five candles
house: a small cottage | house with a red roof | house with a garden | a two-storey brick house | medieval tavern | farmhouse
log_cabin: log cabin in the woods | a small wooden cabin
barn: red barn | an old barn with a silo
modern_house: a modern house with a flat roof
pyramid: an egyptian pyramid | mayan temple
temple: an ancient greek temple
pagoda: a japanese pagoda with three roofs
church: a stone church
mushroom_house: a mushroom house
bridge: a stone bridge with three arches | a red japanese bridge
fountain: a fountain
well: an old stone well
fence: a white picket fence
wall: a brick wall | a castle wall
gate: a wrought iron gate
tent: a camping tent | a tipi
igloo: an igloo
campfire: a campfire with burning logs
traffic_light: a traffic light
traffic_sign: a stop sign
fire_hydrant: a yellow fire hydrant
mailbox: a mailbox | red british post box
phone_booth: a red telephone box
traffic_cone: an orange traffic cone
gravestone: a mossy gravestone
truck: a dump truck | a green lorry
fire_truck: a red fire truck
bus: a school bus | red double decker bus
van: delivery van | an ambulance
bicycle: a mountain bike | bicycle with a basket
motorcycle: a black motorcycle | a vespa
tractor: a green tractor
excavator: a yellow excavator | bulldozer
tank: a military tank
helicopter: a rescue helicopter
flying_saucer: a flying saucer | ufo
submarine: a yellow submarine
train: a steam locomotive | a tram
carriage: a horse carriage | royal carriage
cart: a wooden cart | a covered wagon
wheelbarrow: a wheelbarrow
shopping_cart: a shopping cart
castle: a medieval castle | stone fortress with 6 towers | fairy tale castle
tower: a wizard tower | lighthouse with red stripes | windmill | stone watchtower
skyscraper: a glass skyscraper | modern office building
mug: a blue coffee mug | a cup of tea | beer mug
glass: a wine glass | golden goblet
vase: a tall porcelain vase | vase with red roses | greek amphora
bottle: a bottle of wine | magic potion | green glass bottle
teapot: a porcelain teapot | copper kettle
bowl: a bowl of fruit | dinner plate
barrel: an old wooden barrel with iron hoops | wine barrel
bucket: a metal bucket
crate: a wooden crate | cargo box
chest: a treasure chest full of gold | pirate chest
sword: a medieval sword | golden sword with a ruby | katana | dagger | a flaming sword
axe: a battle axe | axe with a wooden handle | double-bladed viking axe
spear: a long spear | poseidon's trident
shield: a knight's shield | round viking shield | a blue shield with a gold cross
bow: bow and arrow | a hunting bow
hammer: a hammer | war hammer | wooden mallet | thor's hammer
screwdriver: a yellow screwdriver
wrench: a chrome wrench | spanner
knife: a kitchen knife
shovel: a shovel | garden spade
pickaxe: an iron pickaxe
saw: a hand saw
airplane: an airplane | passenger plane with four engines | a red biplane | fighter jet | propeller plane
rocket: a rocket | red and white space rocket | spaceship
balloon: a hot air balloon
boat: a sailing boat | pirate ship with black sails | rowing boat | viking longship | a white yacht | fishing boat
book: an old spell book | a stack of books
clock: a red alarm clock | grandfather clock
ball: a soccer ball | basketball
key: a golden key
crown: a king's crown with rubies
hat: a purple wizard hat | cowboy hat
umbrella: a red umbrella
guitar: an acoustic guitar | black electric guitar
dog: a brown dog | a small white poodle | puppy
cat: a black cat | a cute cat
horse: a brown horse | a wooden horse
"""  # fmt: skip

UNKNOWN = [
    "quantum entanglement",
    "a stethoscope", "the theory of relativity", "an mri scanner", "a tax declaration", "a harp", "a microscope",
    "xyzzy plugh", "a zipper", "a trampoline", "chromosome", "democracy",
]  # fmt: skip


@cache
def router() -> Router:
    return Router(all_families())


def routes() -> list[tuple[str, str]]:
    rows = []
    for line in ROUTES.strip().splitlines():
        family, prompts = line.split(": ", 1)
        rows += [(p.strip(), family) for p in prompts.split(" | ")]
    return rows


def test_router_finds_the_family() -> None:
    """Top-1 of the prompts whose family exists."""
    table = [(p, f) for p, f in routes() if f in all_families()]
    wrong = [(p, f, router().choose(p).family.name) for p, f in table if router().choose(p).family.name != f]
    assert len(wrong) <= 0.05 * len(table), wrong


@pytest.mark.parametrize(
    ("prompt", "family"),
    [
        ("a hot dog", "hot_dog"), ("an ice cream cone", "ice_cream"), ("a chocolate bar", "chocolate_bar"), ("a light bulb", "light_bulb"),
        ("a toy train", "toy_train"), ("a slice of watermelon", "watermelon_slice"), ("a baseball bat", "baseball_bat"),
        ("a wine glass", "glass"), ("a pair of glasses", "glasses"), ("a running shoe", "shoe"), ("a golden ring with a diamond", "ring"), ("a griffin", "griffin"),
    ],
)  # fmt: skip
def test_names_of_things_that_hold_an_attribute_or_another_thing(prompt: str, family: str) -> None:
    route = router().choose(prompt)
    assert (route.family.name, route.known) == (family, True)


def test_near_synonyms_are_found_by_meaning() -> None:
    for prompt, family in (("a schooner", "boat"), ("a fortified keep", "castle"), ("racecar", "car")):
        assert router().choose(prompt).family.name == family, prompt


def test_a_known_subject_is_confident_and_an_unknown_one_is_not() -> None:
    assert all(router().choose(p).confidence >= 0.8 for p, f in routes() if f in ("car", "chair", "house"))
    doubtful = [p for p in UNKNOWN if router().choose(p).confidence >= 0.5]
    assert not doubtful


@pytest.mark.parametrize(
    ("prompt", "family", "low", "high"),
    [
        ("man standing", "person", 0.8, 1), ("a person standing", "person", 0.8, 1), ("a dog sitting", "dog", 0.8, 1),
        ("a dog that is sleeping", "dog", 0.8, 1), ("a man riding a horse", "person", 0.8, 1),
        ("a smiling woman", "person", 0.8, 1), ("a standing lamp", "lamp", 0.9, 1), ("racing car", "car", 0.9, 1),
        ("asdfgh", None, 0, 0.15), ("🚗", None, 0, 0.15), ("собака", None, 0, 0.15),
    ],
)  # fmt: skip
def test_what_a_thing_does_is_not_the_thing(prompt: str, family: str | None, low: float, high: float) -> None:
    route = router().choose(prompt)
    assert family is None or route.family.name == family
    assert low <= route.confidence <= high


@pytest.mark.parametrize(("prompt", "foreign"), [
    ("ein rotes Auto", True), ("une voiture rouge", True), ("собака", True), ("椅子", True), ("grünes Haus", True),
    ("a red car", False), ("a café table", False), ("🚗", False), ("an old die", False), ("a six-wheeled truck", False),
])  # fmt: skip
def test_other_languages_are_noticed(prompt: str, foreign: bool) -> None:
    assert in_another_language(prompt) == foreign


def test_no_tried_prompt_is_taken_for_another_language() -> None:
    prompts = [p for p, _ in routes()] + [p for p, _, _ in READINGS if p]
    none = Asset([])
    said = {p: left.notes for p in prompts if (left := omissions(p, False, none)).notes}
    assert not said
