#include "node/proof_file.hpp"

#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "crypto/hash.hpp"

namespace catacomb::node {
namespace {

constexpr std::string_view kMagic = "catacomb proofs 1\n";
constexpr std::size_t kName = crypto::Digest::kSize, kChecksum = 32;
constexpr std::size_t kFrame = kMagic.size() + routing::NetworkId::kSize + 4 + kChecksum;
constexpr std::size_t kLargest = kFrame + kMostProofNames * kName;

std::filesystem::path file_of(const std::filesystem::path& data_dir) { return data_dir / "proofs"; }

}  // namespace

Bytes encode(const ProofNames& names, const routing::NetworkId& network) {
    // The last ones were in use last.
    const auto count = std::min(names.size(), kMostProofNames);
    Writer out;
    out.raw(view(kMagic)).raw(network).u32(static_cast<std::uint32_t>(count));
    for (auto i = names.size() - count; i < names.size(); ++i) out.raw(names[i]);
    const auto sum = crypto::content_hash(out.bytes());
    return out.raw(sum).take();
}

Result<ProofNames> decode_proof_names(ByteView bytes, const routing::NetworkId& network) {
    const auto damaged = error(Code::corrupt, "the file of proofs that held is damaged");
    if (bytes.size() < kFrame || bytes.size() > kLargest) return damaged;
    const auto body = bytes.first(bytes.size() - kChecksum);
    if (!equal(crypto::content_hash(body), bytes.subspan(body.size()))) return damaged;
    Reader in(body);
    if (!equal(in.raw(kMagic.size()), view(kMagic))) return damaged;
    const auto of = in.opaque<routing::NetworkId>();
    const std::size_t count = in.u32();
    if (in.left() != count * kName) return damaged;
    ProofNames out;
    for (std::size_t i = 0; of == network && i < count; ++i) out.push_back(in.opaque<crypto::Digest>());
    return out;
}

ProofNames load_proof_names(const std::filesystem::path& data_dir, const routing::NetworkId& network) {
    const auto bytes = read_file(file_of(data_dir).string(), kLargest);
    if (!bytes && bytes.error().is(Code::not_found)) return {};
    auto names = bytes ? decode_proof_names(*bytes, network) : Result<ProofNames>(bytes.error());
    if (names) return std::move(*names);
    log_warning("node", names.error().text(), "; work that others show is checked anew");
    return {};
}

Result<> save_proof_names(const std::filesystem::path& data_dir, const ProofNames& names,
                          const routing::NetworkId& network) {
    return replace_file(file_of(data_dir).string(), encode(names, network));
}

}  // namespace catacomb::node
