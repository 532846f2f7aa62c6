#include "node/file_seal.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"

namespace catacomb::node {
namespace {

constexpr std::string_view kMagic = "catacomb sealed 1\n";
constexpr std::size_t kHeader = kMagic.size() + 16 + 8 + 8 + 32;  // magic, salt, cost, nonce
constexpr std::size_t kLongestPassphrase = 4096;
// A file that was altered may not have us take all memory.
constexpr crypto::Argon2Cost kMostCost{64, std::uint64_t{4} << 30};

crypto::Key256 key_of(const crypto::Key256& stretched, const ByteArray<32>& nonce) {
    return crypto::derive(crypto::label::kFileSeal, stretched, nonce);
}

}  // namespace

Result<FileSeal> FileSeal::from_file(const std::filesystem::path& passphrase_file) {
    auto bytes = read_file(passphrase_file.string(), kLongestPassphrase);
    if (!bytes) return bytes.error();
    crypto::SecretBytes passphrase(std::move(*bytes));
    auto& text = passphrase.expose_mutable();
    const auto end = std::find(text.begin(), text.end(), std::uint8_t{'\n'});
    crypto::wipe(MutableBytes(text).subspan(static_cast<std::size_t>(end - text.begin())));
    text.erase(end, text.end());
    if (text.empty())
        return error(Code::bad_input, concat("there is no passphrase in ", passphrase_file.string()));
    return FileSeal(std::move(passphrase));
}

bool FileSeal::is_sealed(ByteView bytes) {
    return bytes.size() >= kMagic.size() && equal(bytes.first(kMagic.size()), view(kMagic));
}

Result<> FileSeal::stretch(std::span<const std::uint8_t, 16> salt, crypto::Argon2Cost cost) {
    const bool known = salt_ && equal(*salt_, salt) && cost.passes == cost_.passes &&
                       cost.memory_bytes == cost_.memory_bytes;
    if (known) return ok();
    auto done = crypto::argon2id(stretched_.expose_mutable(), passphrase_.expose(), salt, cost);
    salt_.reset();
    if (!done) return done;
    copy(salt_.emplace(), salt);
    cost_ = cost;
    return ok();
}

Result<Bytes> FileSeal::seal(ByteView plain, Rng& rng) {
    ByteArray<16> salt;
    rng.fill(salt);
    if (salt_) salt = *salt_;
    if (auto done = stretch(salt, cost_); !done) return done.error();
    ByteArray<32> nonce;
    rng.fill(nonce);
    Writer out;
    out.raw(view(kMagic)).raw(salt).u64(cost_.passes).u64(cost_.memory_bytes).raw(nonce);
    auto bytes = out.take();
    const auto header = bytes;
    append(bytes, plain);
    ByteArray<crypto::kTagSize> tag;
    crypto::Sealer sealer(crypto::CipherSuite::chacha20_poly1305, key_of(stretched_, nonce));
    sealer.seal(0, header, MutableBytes(bytes).subspan(kHeader), tag);
    append(bytes, tag);
    return bytes;
}

Result<crypto::SecretBytes> FileSeal::open(ByteView sealed) {
    if (!is_sealed(sealed) || sealed.size() < kHeader + crypto::kTagSize)
        return error(Code::corrupt, "a sealed file is cut short");
    Reader in(sealed.subspan(kMagic.size()));
    ByteArray<16> salt;
    copy(salt, in.raw(salt.size()));
    crypto::Argon2Cost cost;
    cost.passes = in.u64();
    cost.memory_bytes = in.u64();
    ByteArray<32> nonce;
    copy(nonce, in.raw(nonce.size()));
    if (cost.passes > kMostCost.passes || cost.memory_bytes > kMostCost.memory_bytes)
        return error(Code::corrupt, "a sealed file asks for more work than any is sealed with");
    if (auto done = stretch(salt, cost); !done) return done.error();
    const auto body = sealed.subspan(kHeader);
    crypto::SecretBytes text(to_bytes(body.first(body.size() - crypto::kTagSize)));
    const auto tag = body.last<crypto::kTagSize>();
    crypto::Opener opener(crypto::CipherSuite::chacha20_poly1305, key_of(stretched_, nonce));
    if (!opener.open(0, sealed.first(kHeader), text.expose_mutable(), tag))
        return error(Code::refused, "it was sealed with another passphrase, or it is damaged");
    return text;
}

}  // namespace catacomb::node
