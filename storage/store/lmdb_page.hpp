// The pages of an LMDB 0.9 data file, 64-bit little-endian, as a failing disk may give them back: what
// decodes is whole, and nothing reads past its page. Source: mdb.c of LMDB 0.9.24 (MDB_page, MDB_node,
// MDB_db, MDB_meta).
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "storage/store/store_format.hpp"

namespace catacomb::storage::lmdb {

using PageNumber = std::uint64_t;
using PageBytes = ByteArray<kStorePage>;

inline constexpr PageNumber kNoPage = UINT64_MAX;  // the root of an empty tree
inline constexpr std::size_t kPageHead = 16;       // bytes
inline constexpr std::uint16_t kRunPage = 4;       // the flags of the first page of a run

// Pages of a run that holds a value of that many bytes behind one page head.
constexpr std::uint64_t run_length(std::uint64_t size) { return (kPageHead - 1 + size) / kStorePage + 1; }

// The head of the first page of a run.
struct RunHead {
    static constexpr std::size_t kSize = kPageHead;
    PageNumber number = 0;
    std::uint16_t flags = 0;
    std::uint32_t pages = 0;

    // Requires kSize bytes.
    static RunHead decode(ByteView head);
    Bytes encode() const;
    bool operator==(const RunHead&) const = default;
};

// What LMDB keeps of one tree (MDB_db), without the counts, which it trusts with nothing.
struct Tree {
    static constexpr std::size_t kSize = 48;
    std::uint16_t flags = 0, depth = 0;
    PageNumber root = kNoPage;

    // Requires kSize bytes.
    static Tree decode(ByteView record);
};

// One of the two heads of the file, pages 0 and 1.
struct Meta {
    static constexpr std::size_t kSize = kPageHead + 136;
    Tree free, main;  // pages that may be reused; the named trees
    PageNumber last_page = 0;
    std::uint64_t transaction = 0;

    // Requires kSize bytes. nullopt: not the head of such a file.
    static std::optional<Meta> decode(ByteView page);
    // The roots are pages of the file. Those of the older head need not be: when the disk refuses a head,
    // LMDB puts the old number of its transaction back, and leaves the new roots.
    bool has_roots() const;
};

// An entry of a tree page. A branch has `child`, a leaf `value`, unless the value of `size` bytes lies in the
// run of pages from `child` on.
struct Node {
    enum class Kind : std::uint8_t { child, value, run, tree };
    Kind kind = Kind::value;
    ByteView key, value;
    PageNumber child = 0;
    std::uint64_t size = 0;
};

struct TreePage {
    bool leaf = false;
    std::vector<Node> nodes;  // views into the page

    // nullopt: the page is not that one or not a page of a tree, or its nodes do not fill it without gap and
    // overlap.
    static std::optional<TreePage> decode(const PageBytes& page, PageNumber number);
};

}  // namespace catacomb::storage::lmdb
