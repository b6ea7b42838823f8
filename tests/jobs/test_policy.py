"""The order of the queue on simulated clocks: fair, nobody starves, priorities and limits hold, nothing idles.

``SimulatedQueue`` checks limits, memory and idle slots at every step of every simulation here.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from statistics import fmean

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pocket3d_server.jobs.policy import MAX_PASSES, Policy, Waiting
from pocket3d_server.runners.base import Slot
from pocket3d_server.runners.placement import Room
from simulated_queue import Arrival, Served, SimModel, SimulatedQueue

FREE, PRO, ENTERPRISE = (0, 1), (1, 4), (2, 16)
AGEING = 100.0
quick = settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""No shrinking: a simulation is too long for that."""


def waits(served: list[Served]) -> list[float]:
    return [one.at - one.job.queued_at for one in served]


def burst(account_id: str, model_id: str, count: int, at: float = 0.0) -> list[Arrival]:
    return [Arrival(at, account_id, model_id)] * count


def test_a_thousand_jobs_of_fifty_accounts_go_round_and_round() -> None:
    names = [f"a{n}" for n in range(50)]
    queue = SimulatedQueue(dict.fromkeys(names, PRO), {"m": SimModel(1.0)})
    served = queue.run([a for name in names for a in burst(name, "m", 20)])
    assert len(served) == 1000
    for first in range(0, 1000, 50):
        assert {one.job.account_id for one in served[first : first + 50]} == set(names)


def test_who_floods_the_queue_delays_a_newcomer_by_one_job_at_most() -> None:
    queue = SimulatedQueue({"flood": PRO, "late": PRO}, {"m": SimModel(10.0)}, cpu_slots=1, ageing=AGEING)
    served = queue.run([*burst("flood", "m", 2000), Arrival(15_001.0, "late", "m")])
    late = next(one for one in served if one.job.account_id == "late")
    assert late.at - 15_001.0 <= 2 * 10.0


@quick
@given(
    seconds=st.one_of(
        st.lists(st.floats(1, 20), min_size=2, max_size=6),
        st.lists(st.floats(3, 3.5), min_size=2, max_size=6),
    ),
    slots=st.integers(1, 4),
    seed=st.randoms(use_true_random=False),
)
def test_equal_accounts_that_always_wait_get_equal_service(seconds: list[float], slots: int, seed) -> None:  # type: ignore[no-untyped-def]
    names = [f"a{n}" for n in range(len(seconds))]
    models = {f"m{n}": SimModel(s, load_seconds=2.0) for n, s in enumerate(seconds)}
    arrivals = [a for n, name in enumerate(names) for a in burst(name, f"m{n}", 400)]
    seed.shuffle(arrivals)
    queue = SimulatedQueue(dict.fromkeys(names, PRO), models, cpu_slots=slots, ageing=AGEING)
    served = queue.run(arrivals, until=400.0)
    starts = Counter(one.job.account_id for one in served)
    time = {name: starts[name] * seconds[n] for n, name in enumerate(names)}
    # Round robin gives equal starts, but for what warmth lends; fewest running first keeps back who holds slots
    # for longer. So whoever starts less often has had more of the machine.
    lent = 2 * (MAX_PASSES + slots)
    for one in names:
        for other in names:
            had_as_much = time[one] >= 0.9 * time[other] - max(seconds)
            assert starts[one] >= 0.8 * starts[other] - lent or had_as_much, (starts, time)
    if len(names) > slots and max(seconds) < 1.2 * min(seconds):
        assert min(starts[name] for name in names) >= 0.8 * max(starts.values()) - lent, starts


TIERS = st.sampled_from([FREE, PRO, ENTERPRISE])
BACKGROUND = st.lists(st.tuples(st.floats(0, 3000), st.integers(0, 5)), max_size=1500)


@quick
@given(tiers=st.lists(TIERS, min_size=6, max_size=6), background=BACKGROUND, slots=st.integers(1, 3))
def test_nobody_waits_longer_than_the_bound(
    tiers: list[tuple[int, int]], background: list[tuple[float, int]], slots: int
) -> None:
    """A free account's single job against any traffic; also against one that never ends."""
    takes = 20.0
    names = [f"a{n}" for n in range(6)]
    queue = SimulatedQueue(
        dict(zip(names, tiers, strict=True)) | {"poor": FREE, "rich": ENTERPRISE},
        {"m": SimModel(takes)},
        cpu_slots=slots,
        ageing=AGEING,
    )
    endless = [Arrival(float(t), "rich", "m") for t in range(0, 3000, 5)]
    arrivals = [Arrival(at, names[n], "m") for at, n in background] + [*endless, Arrival(500.0, "poor", "m")]
    served = queue.run(arrivals, until=6000.0)
    poor = next(one for one in served if one.job.account_id == "poor")
    others = len(names) + 1
    bound = (ENTERPRISE[0] - FREE[0] + 1) * AGEING + (others / slots + 1) * takes
    assert poor.at - 500.0 <= bound


def test_higher_tiers_go_first_until_the_others_have_waited() -> None:
    queue = SimulatedQueue(
        {"free": FREE, "pro": PRO, "big": ENTERPRISE}, {"m": SimModel(1.0)}, cpu_slots=1, ageing=AGEING
    )
    arrivals = burst("free", "m", 30) + burst("pro", "m", 30) + burst("big", "m", 30)
    order = [one.job.account_id for one in queue.run(arrivals)]
    assert order == ["big"] * 30 + ["pro"] * 30 + ["free"] * 30


@quick
@given(jobs=st.lists(st.tuples(st.integers(0, 50), TIERS), min_size=2, max_size=40))
def test_priority_decides_among_those_who_have_not_aged(jobs: list[tuple[int, tuple[int, int]]]) -> None:
    accounts = {f"a{n}": tier for n, (_, tier) in enumerate(jobs)}
    queue = SimulatedQueue(accounts, {"m": SimModel(0.5)}, cpu_slots=1, ageing=1e9)
    served = queue.run([Arrival(float(at), f"a{n}", "m") for n, (at, _) in enumerate(jobs)])
    for index, one in enumerate(served):
        for later in served[index + 1 :]:
            if later.job.queued_at <= one.at:
                assert accounts[later.job.account_id][0] <= accounts[one.job.account_id][0]


MODELS = {
    "quick": SimModel(2.0, memory=500, load_seconds=1.0),
    "slow": SimModel(15.0, memory=1500, load_seconds=4.0),
    "big": SimModel(10.0, memory=7000, load_seconds=10.0),
    "gpu": SimModel(5.0, memory=800, gpu_memory=4000, load_seconds=5.0),
    "gpu_big": SimModel(20.0, memory=2000, gpu_memory=20_000, load_seconds=20.0),
}


@quick
@given(
    jobs=st.lists(
        st.tuples(st.floats(0, 2000), st.integers(0, 9), st.sampled_from(sorted(MODELS))),
        min_size=50,
        max_size=600,
    ),
    slots=st.integers(1, 4),
)
def test_any_mix_of_models_is_served_whole_and_within_a_bound(
    jobs: list[tuple[float, int, str]], slots: int
) -> None:
    """Limits, memory and work conservation are checked at each step by the simulation itself."""
    accounts = {f"a{n}": (FREE, PRO, ENTERPRISE)[n % 3] for n in range(10)}
    queue = SimulatedQueue(
        accounts, MODELS, cpu_slots=slots, host_memory=8000, gpus=(6000, 24_000), ageing=AGEING
    )
    arrivals = [Arrival(at, f"a{n}", model) for at, n, model in jobs]
    served = queue.run(arrivals)
    assert len(served) == len(jobs)
    work = sum(MODELS[model].seconds + MODELS[model].load_seconds for _, _, model in jobs)
    assert max(waits(served)) <= work + 3 * AGEING


def test_a_big_model_gets_its_turn_against_an_endless_stream_of_small_ones() -> None:
    models = {"small": SimModel(7.0, memory=1000), "big": SimModel(30.0, memory=9500)}
    accounts = {"small_1": PRO, "small_2": PRO, "patient": PRO}
    queue = SimulatedQueue(accounts, models, cpu_slots=4, host_memory=10_000, ageing=AGEING)
    stream = [Arrival(t * 1.5, f"small_{t % 2 + 1}", "small") for t in range(1000)]
    served = queue.run([*stream, Arrival(50.0, "patient", "big")])
    big = next(one for one in served if one.job.model_id == "big")
    assert big.at - 50.0 <= AGEING + 2 * 7.0
    before = [one for one in served if one.at < big.at - 7.0 - AGEING / 2]
    assert len(before) > 10  # meanwhile the small ones went on


def test_small_jobs_go_on_beside_a_reservation_where_memory_allows() -> None:
    models = {
        "tiny": SimModel(5.0, memory=100),
        "half": SimModel(11.0, memory=6000),
        "big": SimModel(5.0, memory=8000),
    }
    queue = SimulatedQueue(
        {"t": ENTERPRISE, "h": PRO, "b": PRO}, models, cpu_slots=3, host_memory=10_000, ageing=AGEING
    )
    arrivals = [Arrival(t * 2.0, "t", "tiny") for t in range(400)]
    arrivals += [Arrival(t * 4.0, "h", "half") for t in range(200)] + [Arrival(10.0, "b", "big")]
    served = queue.run(arrivals)
    big = next(one for one in served if one.job.model_id == "big")
    assert big.at <= 10.0 + AGEING + 3 * 11.0
    assert [one for one in served if one.job.model_id == "tiny" and big.at - 8 < one.at < big.at]


def test_an_accounts_small_jobs_do_not_starve_its_own_big_one() -> None:
    """The large GPU is always taken when it is this account's turn."""
    models = {"small": SimModel(6.0, gpu_memory=4000), "large": SimModel(6.0, gpu_memory=20_000)}
    queue = SimulatedQueue({"a": PRO, "b": PRO}, models, cpu_slots=0, gpus=(8000, 24_000), ageing=AGEING)
    arrivals = [Arrival(3.0 * t, name, "small") for t in range(300) for name in ("b", "a")]
    arrivals.append(Arrival(20.0, "a", "large"))
    large = next(one for one in queue.run(arrivals) if one.job.model_id == "large")
    assert large.at - 20.0 <= AGEING + 2 * 6.0


def test_a_busy_gpu_holds_up_no_job_of_the_cpu() -> None:
    models = {"cpu": SimModel(1.0), "gpu": SimModel(1000.0, gpu_memory=1000)}
    queue = SimulatedQueue({"a": PRO}, models, cpu_slots=1, gpus=(2000,))
    served = queue.run(burst("a", "gpu", 3) + burst("a", "cpu", 10, at=1.0))
    assert max(one.at for one in served if one.job.model_id == "cpu") <= 11.0


def test_a_warm_model_goes_first_but_not_for_ever() -> None:
    models = {
        "x": SimModel(1.0, gpu_memory=900, load_seconds=30),
        "y": SimModel(1.0, gpu_memory=900, load_seconds=30),
    }
    queue = SimulatedQueue({"a": PRO, "b": PRO}, models, cpu_slots=0, gpus=(1000,), ageing=1e6)
    served = queue.run([Arrival(0.0, "a", "x"), *burst("b", "y", 40), *burst("a", "x", 40)])
    changes = sum(not one.warm for one in served)
    assert changes <= len(served) / (MAX_PASSES + 1) + 2  # in turn it would load a model for each of the 81
    longest = run = 1
    for before, one in pairwise(served):
        run = run + 1 if one.job.model_id == before.job.model_id else 1
        if one.at < 1000:
            longest = max(longest, run)
    assert longest <= 2 * MAX_PASSES + 1  # its own turns, given back ones and those out of turn


def test_long_jobs_do_not_buy_rank() -> None:
    """Time at one's own limit is no waiting: a free account with hour-long jobs stays behind the others."""
    policy = Policy(AGEING)
    policy.know("free", *FREE)
    policy.know("pro", *PRO)
    room = Room([Slot("cpu_1", "cpu")], {"cpu": 100}, lambda model, device: {"cpu": 10})
    first = policy.choose({"free": [Waiting("j0", "free", "m", 0.0)]}, room, 0.0)
    assert first
    policy.started(first, 0.0)
    policy.ended("free", 3600.0)
    heads = {"free": [Waiting("j1", "free", "m", 1.0)], "pro": [Waiting("j2", "pro", "m", 3599.0)]}
    start = policy.choose(heads, room, 3600.0)
    assert start
    assert start.job.account_id == "pro"


def test_a_choice_among_fifty_accounts_is_quick() -> None:
    """Measured as a ratio to sorting the same heads, so that a loaded machine does not matter."""
    import timeit

    policy = Policy()
    heads = {}
    for n in range(50):
        policy.know(f"a{n}", *PRO)
        heads[f"a{n}"] = [Waiting(f"j{n}{m}", f"a{n}", f"m{m}", float(n)) for m in range(5)]
    room = Room([Slot(f"cpu_{n}", "cpu") for n in range(4)], {"cpu": 100}, lambda model, device: {"cpu": 10})
    choose = min(timeit.repeat(lambda: policy.choose(heads, room, 100.0), number=20, repeat=5))
    keys = [policy.rank(f"a{n}", float(n), 100.0) for n in range(50)]
    yardstick = min(timeit.repeat(lambda: sorted(keys * 20), number=20, repeat=5))
    assert choose < 30 * yardstick


def test_mean_waits_follow_the_tiers() -> None:
    queue = SimulatedQueue(
        {"f": (0, 4), "p": PRO, "e": ENTERPRISE}, {"m": SimModel(3.0)}, cpu_slots=2, ageing=AGEING
    )
    arrivals = [Arrival(t * 2.0, name, "m") for t in range(150) for name in "fpe"]
    by_tier: dict[str, list[float]] = {}
    for one in queue.run(arrivals):
        by_tier.setdefault(one.job.account_id, []).append(one.at - one.job.queued_at)
    assert fmean(by_tier["e"]) < fmean(by_tier["p"]) < fmean(by_tier["f"])
