#include "tests/unit/crypto/vectors.hpp"

#include <fstream>
#include <sstream>

namespace catacomb::testing {

boost::json::value load_vectors(const std::string& name) {
    std::ifstream file(CATACOMB_SOURCE_DIR "/tests/vectors/" + name);
    if (!file) throw std::runtime_error("no vectors: " + name);
    std::ostringstream text;
    text << file.rdbuf();
    return boost::json::parse(text.str());
}

Bytes hex_field(const boost::json::value& object, std::string_view field) {
    return hex(std::string_view(object.at(field).as_string()));
}

Bytes hex(std::string_view text) {
    auto bytes = from_hex(text);
    if (!bytes) throw std::runtime_error("not hexadecimal");
    return std::move(*bytes);
}

}  // namespace catacomb::testing
