#include "node/known_relays.hpp"

#include "base/codec.hpp"
#include "base/file.hpp"
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
    const auto bytes = read_file(file_of(data_dir).string(), kLargest);
    if (!bytes && bytes.error().is(Code::not_found)) return {};
    auto known = bytes ? decode_known_relays(*bytes) : Result<KnownRelays>(bytes.error());
    if (known) return std::move(*known);
    log_warning("node", known.error().text(), "; the node goes by its bootstrap relays");
    return {};
}

Result<> save_known_relays(const std::filesystem::path& data_dir, const KnownRelays& relays) {
    return replace_file(file_of(data_dir).string(), encode(relays));
}

}  // namespace catacomb::node
