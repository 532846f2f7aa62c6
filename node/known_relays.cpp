#include "node/known_relays.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/codec.hpp"
#include "base/log.hpp"
#include "crypto/hash.hpp"

namespace catacomb::node {
namespace {

constexpr std::string_view kMagic = "catacomb relays 1\n";
constexpr std::size_t kChecksum = 32;
constexpr std::size_t kLargest = 4096;  // what encode() gives is below

std::filesystem::path file_of(const std::filesystem::path& data_dir) { return data_dir / "relays"; }

void write_addresses(Writer& out, const std::vector<routing::Endpoint>& addresses) {
    out.u16(static_cast<std::uint16_t>(addresses.size()));
    for (const auto& address : addresses) out.raw(address.address).u16(address.port);
}

bool read_addresses(Reader& in, std::vector<routing::Endpoint>& out, std::size_t most) {
    const auto count = in.u16();
    if (count > most) return false;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        routing::Endpoint address;
        const auto bytes = in.raw(address.address.size());
        if (bytes.size() != address.address.size()) return false;
        copy(address.address, bytes);
        address.port = in.u16();
        if (address.port == 0) return false;
        out.push_back(address);
    }
    return in.ok();
}

bool write_all(int fd, ByteView bytes) {
    return ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

Bytes encode(const KnownRelays& relays) {
    Writer out;
    out.raw(view(kMagic));
    write_addresses(out, relays.guards);
    write_addresses(out, relays.others);
    const auto sum = crypto::content_hash(out.bytes());
    return out.raw(sum).take();
}

Result<KnownRelays> decode_known_relays(ByteView bytes) {
    const auto damaged = error(Code::corrupt, "the file of known relays is damaged");
    if (bytes.size() < kMagic.size() + kChecksum || bytes.size() > kLargest) return damaged;
    const auto body = bytes.first(bytes.size() - kChecksum);
    if (!equal(crypto::content_hash(body), bytes.subspan(body.size()))) return damaged;
    Reader in(body);
    if (!equal(in.raw(kMagic.size()), view(kMagic))) return damaged;
    KnownRelays out;
    if (!read_addresses(in, out.guards, KnownRelays::kMostGuards) ||
        !read_addresses(in, out.others, KnownRelays::kMostOthers) || !in.done())
        return damaged;
    return out;
}

KnownRelays load_known_relays(const std::filesystem::path& data_dir) {
    std::ifstream in(file_of(data_dir), std::ios::binary);
    if (!in) return {};
    Bytes bytes(kLargest + 1);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    auto known = decode_known_relays(bytes);
    if (known) return std::move(*known);
    log_warning("node", known.error().message, "; the node goes by its bootstrap relays");
    return {};
}

// Not synced: after a power loss the old one, or none, will do.
Result<> save_known_relays(const std::filesystem::path& data_dir, const KnownRelays& relays) {
    const auto file = file_of(data_dir);
    const auto fresh = file.string() + ".new";
    const auto failed = [&] {
        return error(Code::io, concat("cannot write ", file.string(), ": ", std::strerror(errno)));
    };
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return failed();
    const bool written = write_all(fd, encode(relays));
    const auto failure = failed();
    ::close(fd);
    if (!written) return failure;
    if (::rename(fresh.c_str(), file.c_str()) != 0) return failed();
    return ok();
}

}  // namespace catacomb::node
