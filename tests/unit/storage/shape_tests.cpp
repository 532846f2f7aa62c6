// Proves the arithmetic of trees: counts, sizes and levels at every edge, and that the parts always add up to
// the file.
#include "storage/tree/shape.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::storage {
namespace {

constexpr std::uint64_t kFull = kFullSegment;

BOOST_AUTO_TEST_CASE(a_file_with_its_name_fits_one_leaf_or_gets_a_branch) {
    for (const std::size_t name : {0, 1, 255}) {
        const auto most = kFull - 1 - name;
        BOOST_TEST(FileShape(0, name).single_leaf());
        BOOST_TEST(FileShape(most, name).single_leaf());
        BOOST_TEST((FileShape(most, name).leaf_profile(0) == kFullProfile));
        const FileShape over(most + 1, name);
        BOOST_TEST(over.levels() == 1u);
        BOOST_TEST(over.count(0) == 1u);
        BOOST_TEST(over.count(1) == 1u);
    }
}

BOOST_AUTO_TEST_CASE(levels_grow_at_the_fanout) {
    BOOST_TEST(FileShape(kFull * kFanout, 0).levels() == 1u);
    const FileShape two(kFull * kFanout + 1, 0);
    BOOST_TEST(two.levels() == 2u);
    BOOST_TEST(two.count(1) == 2u);
    BOOST_TEST(two.children(1, 0) == kFanout);
    BOOST_TEST(two.children(1, 1) == 1u);
    BOOST_TEST(two.children(2, 0) == 2u);
    BOOST_TEST(two.leaf_size(kFanout) == 1u);
    BOOST_TEST(two.segments() == kFanout + 1 + 2 + 1);
    BOOST_TEST(FileShape(kFull * kFanout * kFanout, 0).levels() == 2u);
    BOOST_TEST(FileShape(kFull * kFanout * kFanout + 1, 0).levels() == 3u);
    BOOST_TEST(FileShape(UINT64_MAX, 0).levels() == 4u);
}

BOOST_AUTO_TEST_CASE(children_and_bytes_add_up_at_every_level) {
    const std::uint64_t sizes[] = {kFull,           kFull + 1,          kFull * kFanout - 1,
                                   kFull * kFanout, kFull * 5000 + 777, kFull * kFanout * 3 + 1};
    for (const auto size : sizes) {
        const FileShape shape(size, 3);
        for (unsigned level = 1; level <= shape.levels(); ++level) {
            std::uint64_t children = 0, bytes = 0;
            for (std::uint64_t i = 0; i < shape.count(level); ++i) {
                children += shape.children(level, i);
                bytes += shape.bytes_under(level, i);
            }
            BOOST_TEST(children == shape.count(level - 1));
            BOOST_TEST(bytes == size);
        }
        BOOST_TEST(shape.count(shape.levels()) == 1u);
        BOOST_TEST(shape.count(shape.levels() + 1) == 0u);
    }
    const FileShape huge(UINT64_MAX, 0);
    BOOST_TEST(huge.bytes_under(4, 0) == UINT64_MAX);
    BOOST_TEST(huge.bytes_under(3, 0) == kFull * kFanout * kFanout * kFanout);
}

BOOST_AUTO_TEST_CASE(names_that_could_do_harm_are_refused) {
    using namespace std::string_view_literals;
    for (const auto name :
         {""sv, "a"sv, "Grüße.txt"sv, "日本語"sv, "\xf0\x9f\x98\x80"sv, "..."sv, ".bashrc"sv}) {
        BOOST_TEST(valid_file_name(name));
    }
    for (const auto name :
         {"."sv, ".."sv, "a/b"sv, "a\\b"sv, "a\nb"sv, "a\0b"sv, "\x7f"sv, "\xc2\x85"sv, "\x80"sv,
          "\xc0\xaf"sv, "\xe0\x80\xaf"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xe6\x97"sv}) {
        BOOST_TEST(!valid_file_name(name));
    }
    BOOST_TEST(valid_file_name(std::string(255, 'x')));
    BOOST_TEST(!valid_file_name(std::string(256, 'x')));
}

// What tests make of the fan-out: the same rules, in a tree that is small.
BOOST_AUTO_TEST_CASE(another_fan_out_makes_a_deeper_tree) {
    const FileShape shape(3 * kFullSegment + 5, 0, 2);
    BOOST_TEST(shape.levels() == 2u);
    BOOST_TEST(shape.count(0) == 4u);
    BOOST_TEST(shape.count(1) == 2u);
    BOOST_TEST(shape.children(1, 1) == 2u);
    BOOST_TEST(shape.bytes_under(1, 1) == kFullSegment + 5);
}

}  // namespace
}  // namespace catacomb::storage
