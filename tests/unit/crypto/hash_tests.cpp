// BLAKE3 against its published vectors, and H's separation of tags and parts.
#include "crypto/hash.hpp"

#include "tests/unit/crypto/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace catacomb::crypto {

using testing::hex;
using testing::hex_field;
using testing::load_vectors;

BOOST_AUTO_TEST_SUITE(hashing)

// The vectors' input: 0, 1, ... 250, 0, 1, ...
static Bytes vector_input(const boost::json::value& vector) {
    Bytes out(vector.at("input_len").to_number<std::size_t>());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i % 251);
    return out;
}

// content_hash is BLAKE3 in its plain mode, in one piece and in uneven ones.
BOOST_AUTO_TEST_CASE(content_hash_vectors) {
    const auto file = load_vectors("blake3.json");
    const auto& cases = file.at("cases").as_array();
    BOOST_TEST(cases.size() == 35u);
    for (const auto& vector : cases) {
        const auto input = vector_input(vector);
        const auto expected = to_hex(ByteView(hex_field(vector, "hash")).first(32));
        BOOST_TEST(content_hash(input).hex() == expected);

        ContentHasher hasher;
        ByteView rest = input;
        for (std::size_t step = 1; !rest.empty(); step = step * 3 + 1) {
            const auto piece = rest.first(std::min(step, rest.size()));
            hasher.add(piece);
            rest = rest.subspan(piece.size());
        }
        BOOST_TEST(hasher.digest().hex() == expected);
    }
}

// H is BLAKE3's derive-key mode with the tag as context; squeeze is its extended output at any offset.
BOOST_AUTO_TEST_CASE(derive_key_vectors) {
    const auto file = load_vectors("blake3.json");
    const Label context{std::string_view(file.at("context_string").as_string())};
    for (const auto& vector : file.at("cases").as_array()) {
        Hasher hasher(context);
        hasher.fixed(vector_input(vector));
        const auto expected = hex_field(vector, "derive_key");
        Bytes squeezed(expected.size());
        hasher.squeeze(squeezed);
        BOOST_TEST((squeezed == expected));
        BOOST_TEST(equal(hasher.digest(), ByteView(expected).first(32)));
        BOOST_TEST(equal(hasher.key().expose(), ByteView(expected).first(32)));
        for (std::size_t offset : {1, 63, 64, 65, 130}) {
            Bytes tail(expected.size() - offset);
            hasher.squeeze(tail, offset);
            BOOST_TEST(equal(tail, ByteView(expected).subspan(offset)));
        }
    }
}

// The same parts under another tag hash differently, as do parts whose borders lie elsewhere.
BOOST_AUTO_TEST_CASE(tags_and_borders_separate) {
    const auto a = view("a");
    const auto ab = view("ab");
    const auto b = view("b");
    const auto bc = view("bc");
    const auto c = view("c");
    const std::set<Digest> digests{
        hash(label::kFile, ab, c), hash(label::kFile, a, bc),      hash(label::kFile, view("abc")),
        hash(label::kRead, ab, c), hash(label::kFile, a, b, c),    hash(label::kFile, ab, c, ByteView()),
        hash(label::kFile),        hash(label::kFile, ByteView()),
    };
    BOOST_TEST(digests.size() == 8u);
}

// hash() feeds each type as documented: integers little-endian, fixed sizes bare, views behind a u64 length.
BOOST_AUTO_TEST_CASE(parts_layout) {
    const auto id = Digest{testing::hex_array<32>("01")};
    const auto whole =
        hash(label::kRoot, std::uint8_t{1}, std::uint32_t{2}, std::uint64_t{3}, id, view("xy"));
    const auto bytes =
        hex("01"
            "02000000"
            "0300000000000000" +
            id.hex() +
            "0200000000000000"
            "7879");
    BOOST_TEST((Hasher(label::kRoot).fixed(bytes).digest() == whole));
    BOOST_TEST(equal(derive(label::kRoot, id).expose(), hash(label::kRoot, id)));
}

// A copy of a Hasher goes its own way.
BOOST_AUTO_TEST_CASE(copies_are_independent) {
    Hasher prefix(label::kBlock);
    prefix.sized(view("common"));
    auto one = prefix;
    auto two = prefix;
    one.u8(1);
    two.u8(2);
    BOOST_TEST((one.digest() != two.digest()));
    BOOST_TEST((prefix.u8(1).digest() == one.digest()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
