// FileSeal: a passphrase that seals a file of the data directory (docs/spec/identity.md 5), so that whoever
// takes the disk has it in no clear. The passphrase is stretched once, by Argon2id; each write has a key of
// its own.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/rng.hpp"
#include "crypto/password.hpp"
#include "crypto/secret.hpp"

namespace catacomb::node {

class FileSeal {
public:
    // What it costs to try one passphrase, for files that are sealed from now on.
    static constexpr crypto::Argon2Cost kCost{3, std::uint64_t{64} << 20};

    explicit FileSeal(crypto::SecretBytes passphrase, crypto::Argon2Cost cost = kCost)
        : passphrase_(std::move(passphrase)), cost_(cost) {}
    // The first line of that file, without its end. Code::io, or Code::bad_input when it is empty.
    static Result<FileSeal> from_file(const std::filesystem::path& passphrase_file);

    static bool is_sealed(ByteView bytes);
    // Code::limit: no memory for Argon2id.
    Result<Bytes> seal(ByteView plain, Rng& rng);
    // Code::refused: of another passphrase, or damaged, which cannot be told apart; Code::corrupt when it
    // cannot be a sealed file.
    Result<crypto::SecretBytes> open(ByteView sealed);

private:
    Result<> stretch(std::span<const std::uint8_t, 16> salt, crypto::Argon2Cost cost);

    crypto::SecretBytes passphrase_;
    crypto::Argon2Cost cost_;
    // Of the file that was read last, or written first: so a node that saves has not to stretch it anew.
    std::optional<ByteArray<16>> salt_;
    crypto::Key256 stretched_;
};

}  // namespace catacomb::node
