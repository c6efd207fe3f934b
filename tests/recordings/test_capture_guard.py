"""Strangers on the socket, and addresses in an answer."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest
from aiortc import RTCCertificate, RTCPeerConnection
from aiortc.rtcdtlstransport import SRTP_PROFILES
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, unpack_remb_fci
from OpenSSL import SSL

from recordings.capture.errors import AnsweredAlready, AnswerRefused
from recordings.capture.peer import PartyCapture
from recordings.capture.rehearsal import MemorySink, Party, Source

from .capturing import BITRATE, beeps, captured, clock_pictures, sent, until, within


def client_hello() -> bytes:
    """As any DTLS client begins."""
    context = RTCCertificate.generateCertificate()._create_ssl_context(SRTP_PROFILES)
    client = SSL.Connection(context)
    client.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        client.do_handshake()
    return client.bio_read(1500)


def port_of(offer: str) -> int:
    found = re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host", offer)
    assert found
    return int(found.group(1))


def new_capture(addresses: list[str]) -> tuple[PartyCapture, list[MemorySink]]:
    sinks: list[MemorySink] = []

    def opened() -> MemorySink:
        sinks.append(MemorySink())
        return sinks[-1]

    capture = PartyCapture(
        open_segment=opened, bitrate=BITRATE, ice_servers=[], addresses=addresses, on_change=lambda: None
    )
    return capture, sinks


def test_a_forged_client_hello_during_set_up_and_in_the_call_changes_nothing() -> None:
    async def main() -> None:
        picture, sound = Source("video", clock_pictures(30)), Source("audio", beeps(1.0))
        capture, sinks = new_capture(["127.0.0.1"])
        party = Party(picture=picture, sound=sound)
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        offer = await capture.offer()
        target, forged = ("127.0.0.1", port_of(offer)), client_hello()

        async def attack() -> None:
            while True:
                stranger.sendto(forged, target)
                await asyncio.sleep(0.005)

        attacking = asyncio.create_task(attack())
        try:
            await capture.answer(await party.answer(offer))
            await until(lambda: capture.stats.state == "connected", "the capture to be connected")
            await party.connected.wait()
            party.start()
            await asyncio.gather(picture.done.wait(), sound.done.wait())
            await until(lambda: capture.stats.frames == 30, "all pictures")
            assert capture.stats.strangers > 20
        finally:
            attacking.cancel()
            await capture.close()
            await party.close()
            stranger.close()
        assert sinks[0].frames("video") == sent(picture)

    within(main())


def test_addresses_in_an_answer_are_written_to_by_nobody() -> None:
    async def main() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim:
            victim.bind(("127.0.0.1", 0))
            victim.setblocking(False)
            capture, _sinks = new_capture(["127.0.0.1"])
            party = Party(picture=Source("video", clock_pictures(30)))
            try:
                answer = await party.answer(await capture.offer())
                line = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {victim.getsockname()[1]} typ host\r\n"
                assert "a=candidate" in answer
                await capture.answer(re.sub(r"(?=a=candidate)", line, answer, count=1))
                await until(lambda: capture.stats.state == "connected", "the capture to be connected")
                with pytest.raises(BlockingIOError):
                    victim.recv(100)
                ice = capture._receivers["audio"].transport.transport._connection
                assert [candidate.type for candidate in ice.remote_candidates] == ["prflx"]
            finally:
                await capture.close()
                await party.close()

    within(main())


def test_the_sender_is_told_the_cap() -> None:
    async def main() -> None:
        picture = Source("video", clock_pictures(60))
        async with captured(picture=picture, bitrate=2_500_000) as call:
            await call.finish()
            told = [
                packet for packet in call.heard if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP
            ]
            bitrates = [unpack_remb_fci(packet.fci)[0] for packet in told]
            assert 3 <= len(bitrates) <= 7  # each half second
            assert all(abs(bitrate - 2_500_000) < 100 for bitrate in bitrates)

    within(main())


def test_a_second_answer_is_refused_and_rubbish_too() -> None:
    async def main() -> None:
        capture, _sinks = new_capture(["127.0.0.1"])
        party = Party(sound=Source("audio", beeps(1.0)))
        answer = await party.answer(await capture.offer())
        await capture.answer(answer)
        with pytest.raises(AnsweredAlready):
            await capture.answer(answer)
        await capture.close()
        await party.close()
        for rubbish in ("", "v=0\r\n", answer.replace("m=audio", "m=video"), "a" * 100_000, answer[:300]):
            capture, _sinks = new_capture(["127.0.0.1"])
            await capture.offer()
            with pytest.raises(AnswerRefused):
                await capture.answer(rubbish)
            await capture.close()

    within(main())


def test_the_offer_is_complete_and_asks_nobody_else() -> None:
    async def main() -> None:
        capture, _sinks = new_capture(["127.0.0.1"])
        offer = await capture.offer()
        await capture.close()
        media = re.findall(r"^m=(\w+) ", offer, re.MULTILINE)
        assert media == ["audio", "video"]
        assert offer.count("a=recvonly") == 2
        assert set(re.findall(r"a=rtpmap:\d+ ([\w-]+)/", offer)) == {"opus", "VP8", "rtx"}
        assert re.search(r"a=rtcp-fb:96 nack\r\n", offer)
        addresses = set(re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) ", offer))
        assert addresses == {"127.0.0.1"}
        assert "typ srflx" not in offer

    within(main())


def test_a_party_that_says_good_bye_ends_the_capture() -> None:
    async def main() -> None:
        async with captured(picture=Source("video", clock_pictures(30))) as call:
            await until(lambda: call.stats.frames > 5, "pictures")
            await call.party.close()
            await until(lambda: call.stats.state == "failed", "the good-bye to be noticed")

    within(main())


def test_stock_aiortc_in_the_same_process_is_left_as_it_is() -> None:
    async def main() -> None:
        async with captured(sound=Source("audio", beeps(0.2))):
            other = RTCPeerConnection()
            receiver = other.addTransceiver("video").receiver
            assert type(receiver.__dict__["_RTCRtpReceiver__jitter_buffer"]).__module__ == "aiortc.jitterbuffer"
            assert type(receiver.__dict__["_RTCRtpReceiver__remote_bitrate_estimator"]).__module__ == "aiortc.rate"
            await other.close()

    within(main())
