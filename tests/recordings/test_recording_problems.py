"""What is a problem with a party's media, and what is not. Pure: seconds are handed in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from recordings.recorder.problems import Watch

LIMIT = 8.0


@dataclass
class Stats:
    last_packet: float | None = None
    last_picture: float | None = None
    last_sound: float | None = None
    black: bool = False


def watch(*, camera: bool = True, microphone: bool = True) -> Watch:
    made = Watch(since=100.0)
    made.switched(100.0, camera=camera, microphone=microphone)
    return made


def all_at(now: float, **more: bool) -> Stats:
    return Stats(now, now, now, **more)


def test_nothing_has_come_yet() -> None:
    made = watch()
    made.look(Stats(), 107.9)
    assert made.problems(107.9, LIMIT) == set()
    assert made.problems(108.0, LIMIT) == {"no_picture", "no_sound"}


def test_it_comes_and_stops_and_comes_again() -> None:
    made = watch()
    made.look(all_at(150.0), 150.0)
    assert made.problems(157.9, LIMIT) == set()
    made.look(Stats(160.0, 150.0, 160.0), 160.0)
    assert made.problems(160.0, LIMIT) == {"no_picture"}
    made.look(all_at(161.0), 161.0)
    assert made.problems(161.0, LIMIT) == set()


@pytest.mark.parametrize(("camera", "microphone", "found"), [(True, False, "no_picture"), (False, True, "no_sound")])
def test_what_is_switched_off_is_no_problem(camera: bool, microphone: bool, found: str) -> None:
    made = watch(camera=camera, microphone=microphone)
    assert made.problems(200.0, LIMIT) == {found}
    made.switched(200.0, camera=False, microphone=False)
    assert made.problems(200.0, LIMIT) == set() and not made.stalled(200.0, 5.0)


def test_what_is_switched_on_again_has_its_time_to_come() -> None:
    made = watch(camera=False)
    made.look(all_at(190.0), 190.0)
    made.switched(200.0, camera=True, microphone=True)
    made.look(Stats(205.0, 150.0, 205.0), 205.0)
    assert made.problems(207.9, LIMIT) == set()
    assert made.problems(208.0, LIMIT) == {"no_picture"}


def test_black_pictures_are_pictures_and_a_problem_of_their_own() -> None:
    made = watch()
    for now in (150.0, 154.0, 158.0):
        made.look(all_at(now, black=True), now)
    assert made.problems(158.0, LIMIT) == {"black"}
    made.look(all_at(158.5), 158.5)
    assert made.problems(158.5, LIMIT) == set()
    made.look(all_at(159.0, black=True), 159.0)
    assert made.problems(166.9, LIMIT) == set(), "black for less than eight seconds"


def test_a_camera_that_is_off_is_not_black() -> None:
    made = watch()
    made.look(all_at(150.0, black=True), 150.0)
    made.switched(151.0, camera=False, microphone=True)
    made.look(Stats(170.0, 150.0, 170.0, black=True), 170.0)
    assert made.problems(170.0, LIMIT) == set()


def test_who_is_away_or_was_paused_has_time_to_come_back() -> None:
    made = watch()
    made.present = False
    assert made.problems(200.0, LIMIT) == set() and not made.stalled(200.0, 5.0)
    made.present = True
    made.again(200.0)
    assert made.problems(207.9, LIMIT) == set()
    assert made.problems(208.0, LIMIT) == {"no_picture", "no_sound"}


def test_a_new_link_does_not_forget_what_is_missing() -> None:
    made = watch()
    made.look(all_at(150.0), 150.0)
    made.look(Stats(), 159.0)  # the capture of the next generation has seen nothing yet
    assert made.problems(159.0, LIMIT) == {"no_picture", "no_sound"}


def test_stalled() -> None:
    made = watch()
    made.look(Stats(150.0, 140.0, 150.0), 150.0)
    assert not made.stalled(154.9, 5.0) and made.stalled(155.0, 5.0)
