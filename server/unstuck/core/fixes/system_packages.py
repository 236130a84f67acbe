"""Which package of the system has a header, a library or a tool: a table, never a guess.

Columns: apt (Debian, Ubuntu), dnf (Fedora, RHEL), apk (Alpine), brew (macOS). An empty one means that the system has it
by other means, has none, or that nobody has confirmed its name. A letter behind each name says where it was confirmed,
in November 2026:

d  Debian 12: `apt-cache show` knows it
r  ros/rosdistro, rosdep/base.yaml, under fedora or rhel
s  rstudio/r-system-requirements, rules/, under centos or redhat
f  an install script or container for Fedora that names it: 389ds/389-ds-base, synarete/silofs, ugenis7/dotfiles,
   peteqian/omakub-fedora, JunioCalu/compile-ffmpeg-osx-linux, oz123/pgcli and others
a  alpinelinux/aports has it, or the package whose development part it is
p  an install script for Alpine that names it: inventree/InvenTree, jumpserver/jumpserver, the-norns/norns and others
h  Homebrew/homebrew-core has the formula
b  an install script for macOS that names it: dmoccia/chemdash, alexandrebenkendorf/docs and others
"""

from __future__ import annotations

import re
from typing import Literal

from unstuck.core.fixes.world import World

Manager = Literal["apt", "dnf", "apk", "brew"]
MANAGERS: tuple[Manager, ...] = ("apt", "dnf", "apk", "brew")

_ROWS = """
Python.h            | python3-dev d          | python3-devel f          | python3-dev p       |
ffi.h               | libffi-dev d           | libffi-devel r           | libffi-dev a        | libffi h
openssl/ssl.h       | libssl-dev d           | openssl-devel r          | openssl-dev p       | openssl@3 h
openssl/opensslv.h  | libssl-dev d           | openssl-devel r          | openssl-dev p       | openssl@3 h
libpq-fe.h          | libpq-dev d            | libpq-devel f            | postgresql-dev p    | libpq h
mysql.h             | libmariadb-dev d       | mariadb-connector-c-devel f | mariadb-connector-c-dev p | mysql-client h
sqlite3.h           | libsqlite3-dev d       | sqlite-devel f           | sqlite-dev p        | sqlite b
sql.h               | unixodbc-dev d         | unixODBC-devel f         | unixodbc-dev a      | unixodbc b
libxml/xmlversion.h | libxml2-dev d          | libxml2-devel r          | libxml2-dev p       | libxml2 b
libxslt/xslt.h      | libxslt1-dev d         | libxslt-devel r          | libxslt-dev p       | libxslt b
zlib.h              | zlib1g-dev d           | zlib-devel r             | zlib-dev p          | zlib b
bzlib.h             | libbz2-dev d           | bzip2-devel f            | bzip2-dev a         | bzip2 b
lzma.h              | liblzma-dev d          | xz-devel f               | xz-dev p            | xz b
jpeglib.h           | libjpeg-dev d          | libjpeg-turbo-devel r    | libjpeg-turbo-dev p | jpeg-turbo b
tiffio.h            | libtiff-dev d          | libtiff-devel r          | tiff-dev p          | libtiff b
ft2build.h          | libfreetype-dev d      | freetype-devel r         | freetype-dev p      | freetype b
ldap.h              | libldap2-dev d         | openldap-devel f         | openldap-dev p      | openldap h
lber.h              | libldap2-dev d         | openldap-devel f         | openldap-dev p      | openldap h
sasl/sasl.h         | libsasl2-dev d         | cyrus-sasl-devel f       | cyrus-sasl-dev a    |
sasl.h              | libsasl2-dev d         | cyrus-sasl-devel f       | cyrus-sasl-dev a    |
krb5.h              | libkrb5-dev d          | krb5-devel f             | krb5-dev p          | krb5 h
gssapi/gssapi.h     | libkrb5-dev d          | krb5-devel f             | krb5-dev p          | krb5 h
portaudio.h         | portaudio19-dev d      | portaudio-devel r        |                     | portaudio b
sndfile.h           | libsndfile1-dev d      | libsndfile-devel r       | libsndfile-dev a    | libsndfile h
curl/curl.h         | libcurl4-openssl-dev d | libcurl-devel f          | curl-dev a          | curl b
gmp.h               | libgmp-dev d           | gmp-devel r              | gmp-dev a           | gmp b
mpfr.h              | libmpfr-dev d          | mpfr-devel s             | mpfr-dev a          | mpfr h
mpc.h               | libmpc-dev d           |                          |                     | libmpc h
yaml.h              | libyaml-dev d          | libyaml-devel f          | yaml-dev a          | libyaml b
hdf5.h              | libhdf5-dev d          | hdf5-devel r             | hdf5-dev a          | hdf5 b
cairo.h             | libcairo2-dev d        | cairo-devel r            | cairo-dev a         | cairo b
pango/pango.h       | libpango1.0-dev d      | pango-devel f            | pango-dev a         | pango h
graphviz/cgraph.h   | libgraphviz-dev d      |                          |                     | graphviz h
geos_c.h            | libgeos-dev d          | geos-devel r             | geos-dev a          | geos b
proj.h              | libproj-dev d          | proj-devel r             | proj-dev a          | proj h
gdal.h              | libgdal-dev d          | gdal-devel f             | gdal-dev a          | gdal b
dbus/dbus.h         | libdbus-1-dev d        | dbus-devel r             | dbus-dev a          | dbus b
systemd/sd-daemon.h | libsystemd-dev d       | systemd-devel f          |                     |
uuid/uuid.h         | uuid-dev d             | libuuid-devel f          | util-linux-dev a    |
zmq.h               | libzmq3-dev d          |                          | zeromq-dev a        | zeromq b
snappy-c.h          | libsnappy-dev d        | snappy-devel f           | snappy-dev p        | snappy b
leveldb/db.h        | libleveldb-dev d       |                          |                     | leveldb h
rdkafka.h           | librdkafka-dev d       | librdkafka-devel f       | librdkafka-dev a    | librdkafka h
librdkafka/rdkafka.h| librdkafka-dev d       | librdkafka-devel f       | librdkafka-dev a    | librdkafka h
readline/readline.h | libreadline-dev d      | readline-devel r         | readline-dev p      | readline b
X11/Xlib.h          | libx11-dev d           | libX11-devel r           | libx11-dev a        |
alsa/asoundlib.h    | libasound2-dev d       | alsa-lib-devel f         | alsa-lib-dev a      |
linux/input.h       | linux-libc-dev d       | kernel-headers r         | linux-headers p     |
enchant.h           | libenchant-2-dev d     |                          |                     |
magic.h             | libmagic-dev d         | file-devel s             | file-dev a          | libmagic b
pcap.h              | libpcap-dev d          | libpcap-devel r          | libpcap-dev a       |
usb.h               | libusb-dev d           |                          |                     |
tool:gcc            | build-essential d      | gcc f                    | build-base p        | gcc b
tool:cc             | build-essential d      | gcc f                    | build-base p        | gcc b
tool:x86_64-linux-gnu-gcc  | build-essential d | gcc f                   | build-base p        | gcc b
tool:aarch64-linux-gnu-gcc | build-essential d | gcc f                   | build-base p        | gcc b
tool:g++            | build-essential d      | gcc-c++ r                | build-base p        | gcc b
tool:cc1plus        | build-essential d      | gcc-c++ r                | build-base p        | gcc b
tool:make           | build-essential d      | make f                   | build-base p        |
tool:cmake          | cmake d                | cmake f                  | cmake p             | cmake h
tool:ninja          | ninja-build d          | ninja-build f            | samurai a           | ninja h
tool:gfortran       | gfortran d             | gcc-gfortran f           | gfortran p          | gcc b
tool:pkg-config     | pkg-config d           | pkgconf-pkg-config f     | pkgconf a           | pkgconf h
tool:git            | git d                  | git r                    | git p               | git h
tool:hg             | mercurial d            | mercurial r              | mercurial a         | mercurial h
tool:svn            | subversion d           | subversion r             | subversion a        | subversion h
tool:bzr            | brz d                  |                          |                     |
tool:pg_config      | libpq-dev d            | libpq-devel f            | postgresql-dev p    | libpq h
tool:mysql_config   | libmariadb-dev d       | mariadb-connector-c-devel f | mariadb-connector-c-dev p | mysql-client h
tool:mariadb_config | libmariadb-dev d | mariadb-connector-c-devel f | mariadb-connector-c-dev p | mariadb-connector-c h
tool:curl-config    | libcurl4-openssl-dev d | libcurl-devel f          | curl-dev a          | curl b
tool:xml2-config    | libxml2-dev d          | libxml2-devel r          | libxml2-dev p       | libxml2 b
tool:xslt-config    | libxslt1-dev d         | libxslt-devel r          | libxslt-dev p       | libxslt b
tool:krb5-config    | libkrb5-dev d          | krb5-devel f             | krb5-dev p          | krb5 h
tool:gdal-config    | libgdal-dev d          | gdal-devel f             | gdal-dev a          | gdal b
tool:geos-config    | libgeos-dev d          | geos-devel r             | geos-dev a          | geos b
tool:nc-config      | libnetcdf-dev d        | netcdf-devel f           |                     | netcdf h
tool:swig           | swig d                 | swig r                   | swig a              | swig b
tool:cargo          | cargo d                | cargo f                  | cargo p             | rust h
tool:rustc          | rustc d                | rust f                   | rust a              | rust h
tool:llvm-config    | llvm d                 |                          |                     | llvm h
tool:protoc         | protobuf-compiler d    | protobuf-compiler r      |                     | protobuf h
tool:ffmpeg         | ffmpeg d               |                          | ffmpeg a            | ffmpeg h
tool:patchelf       | patchelf d             | patchelf f               |                     |
tool:unzip          | unzip d                | unzip f                  | unzip p             |
tool:python3-venv   | python3-venv d         |                          |                     |
"""

# A library as the linker names it (-lNAME, libNAME.so) and the header whose package has it.
_LIBRARIES = {
    "ffi": "ffi.h", "ssl": "openssl/ssl.h", "crypto": "openssl/ssl.h", "pq": "libpq-fe.h", "mysqlclient": "mysql.h",
    "mariadb": "mysql.h", "sqlite3": "sqlite3.h", "odbc": "sql.h", "xml2": "libxml/xmlversion.h",
    "xslt": "libxslt/xslt.h", "z": "zlib.h", "bz2": "bzlib.h", "lzma": "lzma.h", "jpeg": "jpeglib.h",
    "tiff": "tiffio.h", "freetype": "ft2build.h", "ldap": "ldap.h", "ldap_r": "ldap.h", "lber": "lber.h",
    "sasl2": "sasl/sasl.h", "krb5": "krb5.h", "gssapi_krb5": "krb5.h", "portaudio": "portaudio.h",
    "curl": "curl/curl.h",
    "gmp": "gmp.h", "mpfr": "mpfr.h", "mpc": "mpc.h", "yaml": "yaml.h", "hdf5": "hdf5.h", "cairo": "cairo.h",
    "geos_c": "geos_c.h", "proj": "proj.h", "gdal": "gdal.h", "dbus-1": "dbus/dbus.h", "systemd": "systemd/sd-daemon.h",
    "zmq": "zmq.h", "snappy": "snappy-c.h", "leveldb": "leveldb/db.h", "rdkafka": "rdkafka.h",
    "readline": "readline/readline.h", "X11": "X11/Xlib.h", "asound": "alsa/asoundlib.h", "magic": "magic.h",
    "pcap": "pcap.h", "sndfile": "sndfile.h", "python3": "Python.h",
}  # fmt: skip


# Which letters may stand behind a name, by manager.
CONFIRMED: dict[Manager, str] = {"apt": "d", "dnf": "rsf", "apk": "ap", "brew": "hb"}


def cells() -> dict[str, dict[Manager, str]]:
    """The table as it is written: each name with the letter of its source."""
    rows = [[cell.strip() for cell in row.split("|")] for row in _ROWS.strip().splitlines()]
    return {key: dict(zip(MANAGERS, named, strict=True)) for key, *named in rows}


TABLE: dict[str, dict[Manager, str]] = {
    key: {manager: cell.split(" ")[0] for manager, cell in row.items()} for key, row in cells().items()
}


def manager_of(world: World) -> Manager | None:
    """The package manager of the machine, by its platform and /etc/os-release."""
    if world.platform == "darwin":
        return "brew"
    if world.platform != "linux":
        return None
    words = re.findall(r'(?m)^ID(?:_LIKE)?="?([^"\n]*)', world.text("/etc/os-release") or "")
    known: dict[str, Manager] = {"debian": "apt", "ubuntu": "apt", "fedora": "dnf", "rhel": "dnf", "centos": "dnf"}
    known["alpine"] = "apk"
    return next((known[word] for word in " ".join(words).lower().split() if word in known), None)


def packages_for(world: World, header: str | None, library: str | None, tool: str | None) -> tuple[Manager, str] | None:
    """The manager of this machine and the package that has what is missing; None where either is not known."""
    manager = manager_of(world)
    if manager is None:
        return None
    row = None
    if header is not None:
        name = header.strip("<>\"'")
        row = TABLE.get(name) or TABLE.get(name.rsplit("/", 1)[-1])
    elif library is not None:
        name = re.sub(r"^(?:-l|lib)|\.(?:so|a|dylib)(?:\.[\d.]+)?$", "", library)
        row = TABLE.get(_LIBRARIES.get(name, ""))
    elif tool is not None:
        name = re.sub(r"\.exe$", "", tool.replace("\\", "/").rsplit("/", 1)[-1])
        row = TABLE.get(f"tool:{name}") or TABLE.get(f"tool:{re.sub(r'-[0-9.]+$', '', name)}")
    package = row[manager] if row else ""
    return (manager, package) if package else None


def install_line(manager: Manager, package: str) -> str:
    """The command that installs a package of the system."""
    return {
        "apt": f"sudo apt-get install {package}",
        "dnf": f"sudo dnf install {package}",
        "apk": f"sudo apk add {package}",
        "brew": f"brew install {package}",
    }[manager]
