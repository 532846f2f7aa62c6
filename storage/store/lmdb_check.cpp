#include "storage/store/lmdb_check.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "base/file.hpp"
#include "storage/store/lmdb_page.hpp"

namespace catacomb::storage {
namespace {

using namespace lmdb;

constexpr std::uint16_t kIntegerKeys = 8;  // the flags of the tree of free pages; the others have none
// LMDB's own limit is 32, and a tree may grow by its opening. Pages of a tree this deep would fill no disk.
constexpr std::uint16_t kMostDepth = 24;

// False: the file ends before.
Result<bool> read_page(const File& file, PageNumber page, std::size_t offset, MutableBytes out) {
    const auto got = file.read_at(page * kStorePage + offset, out);
    if (!got) return got.error();
    return *got == out.size();
}

Error damage(const std::string& what) {
    return error(Code::corrupt,
                 what + "; restore it from a backup, or remove the vault's directory and start anew");
}

// Walks the trees of one head. Its functions give false when the file is damaged or cannot be read, and
// error() then says so.
class TreeCheck {
public:
    TreeCheck(const File& file, const std::string& path, const Meta& meta)
        : file_(file), path_(path), meta_(meta), taken_(static_cast<std::size_t>(meta.last_page) + 1) {
        taken_[0] = taken_[1] = true;
    }

    bool run() {
        if (!walk(meta_.free, Kind::free) || !walk(meta_.main, Kind::names)) return false;
        for (const auto& table : tables_) {
            if (!walk(table, Kind::table)) return false;
        }
        return true;
    }
    const Error& error() const { return error_; }

private:
    enum class Kind : std::uint8_t { free, names, table };
    struct Walk {
        Kind kind;
        std::uint16_t depth;
        std::optional<Bytes> last;  // key of the last leaf node
        Bytes floor;                // what the next one must not be below
    };

    bool damaged(PageNumber page, std::string_view what) {
        error_ = damage("the vault's database " + path_ + " is damaged: page " + std::to_string(page) + " " +
                        std::string(what));
        return false;
    }
    bool read(PageNumber page, std::size_t offset, MutableBytes out) {
        const auto whole = read_page(file_, page, offset, out);
        if (!whole) error_ = whole.error();
        return whole && (*whole || damaged(page, "is not in the file"));
    }

    // Marks a run of pages as in use.
    bool take(PageNumber first, std::uint64_t pages) {
        if (first > meta_.last_page || pages > meta_.last_page - first + 1)
            return damaged(first, "is not in the file");
        for (auto page = first; page < first + pages; ++page) {
            if (taken_[static_cast<std::size_t>(page)]) return damaged(page, "is used twice");
            taken_[static_cast<std::size_t>(page)] = true;
        }
        return true;
    }

    bool walk(const Tree& tree, Kind kind) {
        const auto flags = kind == Kind::free ? kIntegerKeys : std::uint16_t{0};
        if (tree.flags != flags || tree.depth > kMostDepth) return damaged(tree.root, "has another kind");
        if (tree.root == kNoPage) return tree.depth == 0 || damaged(tree.root, "has a depth");
        Walk walk{kind, tree.depth, {}, {}};
        return page(tree.root, 1, walk);
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as the tree, at most kMostDepth.
    bool page(PageNumber number, std::uint16_t depth, Walk& walk) {
        if (depth > walk.depth) return damaged(number, "lies too deep in its tree");
        if (!take(number, 1)) return false;
        PageBytes bytes{};
        if (!read(number, 0, bytes)) return false;
        const auto page = TreePage::decode(bytes, number);
        if (!page || page->leaf != (depth == walk.depth)) return damaged(number, "is no such page of a tree");
        return page->leaf ? leaf(*page, number, walk) : branch(*page, number, depth, walk);
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    bool branch(const TreePage& page, PageNumber number, std::uint16_t depth, Walk& walk) {
        // As LMDB asserts; it lets the tree of free pages have such branches while it is rebalanced.
        if (page.nodes.size() < 2 && walk.kind != Kind::free) return damaged(number, "has one child");
        for (std::size_t i = 0; i < page.nodes.size(); ++i) {
            const auto& node = page.nodes[i];
            // The first key of a branch is never looked at.
            if (i > 0 && !above(node.key, walk)) return damaged(number, "has its keys out of order");
            if (i > 0) walk.floor = to_bytes(node.key);
            if (!this->page(node.child, static_cast<std::uint16_t>(depth + 1), walk)) return false;
        }
        return true;
    }

    bool leaf(const TreePage& page, PageNumber number, Walk& walk) {
        for (const auto& node : page.nodes) {
            if (!above(node.key, walk) || before(node.key, walk.floor, walk.kind))
                return damaged(number, "has its keys out of order");
            walk.last = to_bytes(node.key);
            if ((node.kind == Node::Kind::tree) != (walk.kind == Kind::names))
                return damaged(number, "has a value of another kind");
            if (walk.kind == Kind::names) {
                tables_.push_back(Tree::decode(node.value));
            } else if (walk.kind == Kind::free) {
                if (!free_pages(node, number)) return false;
            } else if (node.kind == Node::Kind::run && !take(node.child, run_length(node.size))) {
                return false;
            }
        }
        return true;
    }

    // A record of pages that transaction `key` freed: their count, then they, in falling order.
    bool free_pages(const Node& node, PageNumber leaf) {
        Bytes value = to_bytes(node.value);
        // Key 0, which LMDB never writes, would be handed out again and again.
        const auto freed_by = load_le(node.key);
        if (freed_by == 0 || freed_by > meta_.transaction || node.size % 8 != 0)
            return damaged(leaf, "has a broken list of free pages");
        if (node.kind == Node::Kind::run) {
            ByteArray<RunHead::kSize> bytes{};
            if (node.child > meta_.last_page) return damaged(node.child, "is not in the file");
            if (!read(node.child, 0, bytes)) return false;
            const auto head = RunHead::decode(bytes);
            if (head.number != node.child || head.flags != kRunPage || head.pages < run_length(node.size))
                return damaged(node.child, "is no such run of pages");
            if (!take(node.child, head.pages)) return false;
            value.resize(static_cast<std::size_t>(node.size));
            if (!read(node.child, kPageHead, value)) return false;
        }
        const auto places = value.size() / 8;
        auto place = [&](std::size_t i) { return load_le(ByteView(value).subspan(i * 8, 8)); };
        const auto count = places == 0 ? 0 : place(0);
        if (places == 0 || count > places - 1) return damaged(leaf, "has a broken list of free pages");
        for (std::size_t i = 1; i <= count; ++i) {
            if (i > 1 && place(i) >= place(i - 1)) return damaged(leaf, "has a broken list of free pages");
            if (!take(place(i), 1)) return false;
        }
        return true;
    }

    static bool before(ByteView a, ByteView b, Kind kind) {
        if (kind == Kind::free) return load_le(a) < load_le(b);
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    }
    static bool above(ByteView key, const Walk& walk) {
        if (walk.kind == Kind::free && key.size() != 8) return false;
        return !walk.last || before(*walk.last, key, walk.kind);
    }

    const File& file_;
    const std::string& path_;
    const Meta& meta_;
    std::vector<bool> taken_;
    std::vector<Tree> tables_;
    Error error_{Code::corrupt, {}};
};

}  // namespace

Result<> check_data_file(const std::string& path) {
    const auto file = File::open(path, O_RDONLY);
    if (!file) return file.error().is(Code::not_found) ? ok() : Result<>(file.error());
    const auto size = file->size();
    if (!size) return size.error();
    if (*size == 0) return ok();

    const auto damaged_head = damage("the head of the vault's database " + path + " is damaged");
    std::array<Meta, 2> heads;
    for (const PageNumber number : {0, 1}) {
        ByteArray<Meta::kSize> bytes{};
        const auto whole = read_page(*file, number, 0, bytes);
        if (!whole) return whole.error();
        const auto head = *whole ? Meta::decode(bytes) : std::nullopt;
        if (!head) return damaged_head;
        if (head->last_page >= *size / kStorePage) {
            return damage("the vault's database " + path + " is cut short: it has " +
                          std::to_string(*size / kStorePage) + " of " + std::to_string(head->last_page + 1) +
                          " pages");
        }
        heads[number] = *head;
    }
    // Transactions write them by turns. LMDB chooses the newer at first, and later by whether its number is
    // odd.
    const PageNumber newest = heads[1].transaction > heads[0].transaction ? 1 : 0;
    const auto number = heads[newest].transaction;
    if (number != 0 && (number % 2 != newest || number - heads[1 - newest].transaction != 1))
        return damaged_head;
    if (!heads[newest].has_roots()) return damaged_head;
    TreeCheck check(*file, path, heads[newest]);
    return check.run() ? ok() : Result<>(check.error());
}

}  // namespace catacomb::storage
