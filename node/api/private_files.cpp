#include "node/api/private_files.hpp"

#include "base/file.hpp"

namespace catacomb::node::api {

std::string make_token(Rng& rng) {
    ByteArray<32> secret;
    rng.fill(secret);
    return to_hex(secret);
}

Result<> write_private_file(const std::filesystem::path& file, std::string_view line) {
    return replace_file(file.string(), view(std::string(line) + "\n"));
}

}  // namespace catacomb::node::api
