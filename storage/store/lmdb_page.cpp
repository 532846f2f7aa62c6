#include "storage/store/lmdb_page.hpp"

#include <algorithm>

#include "base/codec.hpp"

namespace catacomb::storage::lmdb {
namespace {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kDataVersion = 1;
constexpr std::uint16_t kBranchPage = 1, kLeafPage = 2, kMetaPage = 8;
constexpr std::uint16_t kRunNode = 1, kTreeNode = 2;
constexpr std::size_t kNodeHead = 8;
constexpr std::size_t kMostKey = 511;
// Of a leaf, so that two fit on a page; a longer value has a run of its own.
constexpr std::size_t kMostNode = ((kStorePage - kPageHead) / 2 & ~std::size_t{1}) - 2;

// Little-endian fields at their places.
class Fields {
public:
    explicit Fields(ByteView bytes) : bytes_(bytes) {}
    std::uint16_t u16(std::size_t at) const {
        return static_cast<std::uint16_t>(load_le(bytes_.subspan(at, 2)));
    }
    std::uint32_t u32(std::size_t at) const {
        return static_cast<std::uint32_t>(load_le(bytes_.subspan(at, 4)));
    }
    std::uint64_t u64(std::size_t at) const { return load_le(bytes_.subspan(at, 8)); }

private:
    ByteView bytes_;
};

// The bytes that the node at the start of `rest` takes, and the node; nullopt when it does not fit.
struct Placed {
    Node node;
    std::size_t length = 0;
};

std::optional<Placed> place_leaf(ByteView rest, std::uint16_t flags, std::size_t head, std::uint64_t size) {
    Placed out;
    out.node.size = size;
    const std::uint64_t length = head + (flags == kRunNode ? 8 : size);
    if (flags > kTreeNode || length > kMostNode || length > rest.size()) return std::nullopt;
    out.length = length;
    out.node.value = rest.subspan(head, length - head);
    if (flags == kRunNode) {
        out.node.kind = Node::Kind::run;
        out.node.child = load_le(out.node.value);
        out.node.value = {};
    } else if (flags == kTreeNode) {
        out.node.kind = Node::Kind::tree;
        if (size != Tree::kSize) return std::nullopt;
    }
    return out;
}

std::optional<Placed> place(ByteView rest, bool leaf) {
    if (rest.size() < kNodeHead) return std::nullopt;
    const Fields in(rest);
    const std::uint32_t low = in.u32(0);
    const std::uint16_t flags = in.u16(4);
    const std::size_t key_size = in.u16(6), head = kNodeHead + key_size;
    if (key_size > kMostKey || head > rest.size()) return std::nullopt;
    std::optional<Placed> out;
    if (leaf) {
        out = place_leaf(rest, flags, head, low);
        if (!out || key_size == 0) return std::nullopt;
    } else {
        out.emplace();
        out->length = head;
        out->node.kind = Node::Kind::child;
        out->node.child = low | std::uint64_t{flags} << 32;
    }
    out->node.key = rest.subspan(kNodeHead, key_size);
    out->length += out->length % 2;
    if (out->length > rest.size()) return std::nullopt;
    return out;
}

}  // namespace

RunHead RunHead::decode(ByteView head) {
    const Fields in(head);
    return {in.u64(0), in.u16(10), in.u32(12)};
}

Bytes RunHead::encode() const {
    Bytes out(kSize);
    store_le(MutableBytes(out).first(8), number);
    store_le(MutableBytes(out).subspan(10, 2), flags);
    store_le(MutableBytes(out).subspan(12, 4), pages);
    return out;
}

Tree Tree::decode(ByteView record) {
    const Fields in(record);
    Tree out;
    out.flags = in.u16(4);
    out.depth = in.u16(6);
    out.root = in.u64(40);
    return out;
}

std::optional<Meta> Meta::decode(ByteView page) {
    const Fields in(page);
    const auto body = page.subspan(kPageHead);
    Meta out;
    out.free = Tree::decode(body.subspan(24, Tree::kSize));
    out.main = Tree::decode(body.subspan(72, Tree::kSize));
    out.last_page = in.u64(kPageHead + 120);
    out.transaction = in.u64(kPageHead + 128);
    if (in.u16(10) != kMetaPage || in.u32(kPageHead) != kMagic || in.u32(kPageHead + 4) != kDataVersion ||
        in.u32(kPageHead + 24) != kStorePage || out.last_page < 1) {
        return std::nullopt;
    }
    return out;
}

bool Meta::has_roots() const {
    const auto sound = [&](PageNumber root) { return root == kNoPage || (root > 1 && root <= last_page); };
    return sound(free.root) && sound(main.root);
}

std::optional<TreePage> TreePage::decode(const PageBytes& page, PageNumber number) {
    const Fields in(page);
    const auto flags = in.u16(10);
    const std::size_t lower = in.u16(12), upper = in.u16(14);
    if (in.u64(0) != number || (flags != kBranchPage && flags != kLeafPage) || lower % 2 != 0 ||
        lower <= kPageHead || lower > upper || upper > kStorePage) {
        return std::nullopt;
    }
    TreePage out;
    out.leaf = flags == kLeafPage;
    std::vector<std::pair<std::size_t, std::size_t>> places;  // begin and end of each node
    for (std::size_t at = kPageHead; at < lower; at += 2) {
        const std::size_t begin = in.u16(at);
        if (begin < upper || begin > kStorePage) return std::nullopt;
        auto placed = place(ByteView(page).subspan(begin), out.leaf);
        if (!placed) return std::nullopt;
        places.emplace_back(begin, begin + placed->length);
        out.nodes.push_back(placed->node);
    }
    std::sort(places.begin(), places.end());
    std::size_t next = upper;
    for (const auto& [begin, end] : places) {
        if (begin != next) return std::nullopt;
        next = end;
    }
    if (next != kStorePage) return std::nullopt;
    return out;
}

}  // namespace catacomb::storage::lmdb
