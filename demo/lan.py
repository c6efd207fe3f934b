"""`make demo LAN=1`: the addresses of this machine in its network, and a certificate for them.

Browsers give camera and microphone to HTTPS pages only (and to localhost), so a phone needs TLS. The certificate is
signed by nobody: the phone asks once whether to go on.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from pathlib import Path

import ifaddr  # comes with aioice, which aiortc needs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Browsers refuse certificates that are valid for longer.
DAYS = 397
# Bridges of containers and virtual machines: no phone is in there.
NOT_A_NETWORK = ("docker", "br-", "veth", "virbr", "lxc", "tap", "tun")


def default_address() -> str:
    """The address of the default route. Connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def addresses() -> list[str]:
    """IPv4 addresses that a phone in the same network may reach, the most likely first."""
    found = []
    for adapter in ifaddr.get_adapters():
        if adapter.nice_name.startswith(NOT_A_NETWORK):
            continue
        found += [str(ip.ip) for ip in adapter.ips if ip.is_IPv4]
    usable = [a for a in found if not (ipaddress.ip_address(a).is_loopback or ipaddress.ip_address(a).is_link_local)]
    first = default_address()
    return sorted(dict.fromkeys(usable), key=lambda a: a != first)


def certificate(directory: Path, hosts: list[str]) -> tuple[Path, Path]:
    """Paths of certificate and key (PEM) for these addresses and localhost: the kept one if it still fits."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    cert_path, key_path = directory / "certificate.pem", directory / "key.pem"
    if not (cert_path.exists() and key_path.exists() and _fits(cert_path, hosts)):
        _make(cert_path, key_path, hosts)
    return cert_path, key_path


def _fits(path: Path, hosts: list[str]) -> bool:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(ip) for ip in names.get_values_for_type(x509.IPAddress)}
    ends = certificate.not_valid_after_utc - datetime.timedelta(days=1)
    return set(hosts) <= covered and datetime.datetime.now(datetime.UTC) < ends


def _make(cert_path: Path, key_path: Path, hosts: list[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "django-rtc-service demo")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names += [x509.IPAddress(ipaddress.ip_address(host)) for host in dict.fromkeys(["127.0.0.1", *hosts])]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    with os.fdopen(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
