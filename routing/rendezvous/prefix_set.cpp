#include "routing/rendezvous/prefix_set.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::routing {
namespace {

constexpr std::size_t kLongest = 512, kStep = 64;
// Neighbours that are no longer than this together are made one.
constexpr std::size_t kShort = kLongest / 2;
// Of each piece beside its prefixes: its place in both lists, which may have four times the room that they
// need, and what an allocation costs.
constexpr std::size_t kPieceBytes = 4 * (sizeof(PositionPrefix) + sizeof(std::vector<PositionPrefix>)) + 16;

std::vector<PositionPrefix> copy_of(const std::vector<PositionPrefix>& from, std::size_t room) {
    std::vector<PositionPrefix> out;
    out.reserve(room);
    out.insert(out.end(), from.begin(), from.end());
    return out;
}

template <class Vector>
auto from(Vector& piece, PositionPrefix prefix) {
    return std::lower_bound(piece.begin(), piece.end(), prefix);
}

}  // namespace

std::size_t PrefixSet::bytes() const { return room_ * sizeof(PositionPrefix) + pieces_.size() * kPieceBytes; }

std::size_t PrefixSet::piece_of(PositionPrefix prefix) const {
    const auto after = std::upper_bound(firsts_.begin(), firsts_.end(), prefix);
    return after == firsts_.begin() ? 0 : static_cast<std::size_t>(after - firsts_.begin()) - 1;
}

bool PrefixSet::contains(PositionPrefix prefix) const {
    if (pieces_.empty()) return false;
    const auto& piece = pieces_[piece_of(prefix)];
    return std::binary_search(piece.begin(), piece.end(), prefix);
}

bool PrefixSet::insert(PositionPrefix prefix) {
    if (pieces_.empty()) {
        pieces_.emplace_back();
        firsts_.push_back(prefix);
    }
    auto at = piece_of(prefix);
    const auto place = from(pieces_[at], prefix);
    if (place != pieces_[at].end() && *place == prefix) return false;
    if (pieces_[at].size() == kLongest) {
        split(at);
        at = piece_of(prefix);
    }
    auto& piece = pieces_[at];
    if (piece.size() == piece.capacity()) set_piece(at, copy_of(piece, piece.size() + kStep));
    piece.insert(from(piece, prefix), prefix);
    firsts_[at] = piece.front();
    ++size_;
    return true;
}

void PrefixSet::split(std::size_t at) {
    const auto& whole = pieces_[at];
    const auto middle = whole.begin() + kLongest / 2;
    Piece low(whole.begin(), middle), high(middle, whole.end());
    room_ += high.capacity();
    firsts_.insert(firsts_.begin() + static_cast<std::ptrdiff_t>(at) + 1, high.front());
    set_piece(at, std::move(low));
    pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(high));
}

bool PrefixSet::erase(PositionPrefix prefix) {
    if (pieces_.empty()) return false;
    const auto at = piece_of(prefix);
    auto& piece = pieces_[at];
    const auto place = from(piece, prefix);
    if (place == piece.end() || *place != prefix) return false;
    piece.erase(place);
    --size_;
    tidy(at);
    return true;
}

void PrefixSet::tidy(std::size_t at) {
    if (pieces_[at].empty()) return drop_pieces(at, at + 1);
    firsts_[at] = pieces_[at].front();
    if (at > 0 && pieces_[at - 1].size() + pieces_[at].size() <= kShort) --at;
    if (at + 1 < pieces_.size() && pieces_[at].size() + pieces_[at + 1].size() <= kShort) {
        auto both = copy_of(pieces_[at], kShort);
        both.insert(both.end(), pieces_[at + 1].begin(), pieces_[at + 1].end());
        set_piece(at, std::move(both));
        drop_pieces(at + 1, at + 2);
    }
    const auto& piece = pieces_[at];
    if (piece.size() + 2 * kStep <= piece.capacity()) set_piece(at, copy_of(piece, piece.size() + kStep));
}

void PrefixSet::set_piece(std::size_t at, Piece piece) {
    room_ = room_ - pieces_[at].capacity() + piece.capacity();
    pieces_[at] = std::move(piece);
}

void PrefixSet::drop_pieces(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) room_ -= pieces_[i].capacity();
    const auto begin = static_cast<std::ptrdiff_t>(first), end = static_cast<std::ptrdiff_t>(last);
    firsts_.erase(firsts_.begin() + begin, firsts_.begin() + end);
    pieces_.erase(pieces_.begin() + begin, pieces_.begin() + end);
    if (pieces_.size() * 4 > pieces_.capacity()) return;
    firsts_.shrink_to_fit();
    pieces_.shrink_to_fit();
}

std::vector<PositionPrefix> PrefixSet::between(PositionPrefix first, PositionPrefix last) const {
    std::vector<PositionPrefix> out;
    if (pieces_.empty()) return out;
    for (auto at = piece_of(first); at < pieces_.size() && firsts_[at] <= last; ++at) {
        const auto& piece = pieces_[at];
        out.insert(out.end(), from(piece, first), std::upper_bound(piece.begin(), piece.end(), last));
    }
    return out;
}

void PrefixSet::erase_between(PositionPrefix first, PositionPrefix last) {
    if (pieces_.empty()) return;
    const auto begin = piece_of(first);
    auto end = begin;
    for (; end < pieces_.size() && firsts_[end] <= last; ++end) {
        auto& piece = pieces_[end];
        const auto low = from(piece, first), high = std::upper_bound(piece.begin(), piece.end(), last);
        size_ -= static_cast<std::size_t>(high - low);
        piece.erase(low, high);
    }
    // What is left of the first and the last is put in order; those between are empty.
    auto empty_from = begin, empty_to = end;
    if (empty_from < empty_to && !pieces_[empty_from].empty()) ++empty_from;
    if (empty_from < empty_to && !pieces_[empty_to - 1].empty()) --empty_to;
    drop_pieces(empty_from, empty_to);
    if (empty_from < pieces_.size()) tidy(empty_from);
    if (begin < empty_from && begin < pieces_.size()) tidy(begin);
}

std::vector<PositionPrefix> PrefixSet::take_piece() {
    CHECK(!pieces_.empty());
    auto out = std::move(pieces_.back());
    room_ -= out.capacity();
    size_ -= out.size();
    drop_pieces(pieces_.size() - 1, pieces_.size());
    return out;
}

}  // namespace catacomb::routing
