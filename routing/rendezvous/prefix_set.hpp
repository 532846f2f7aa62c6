// PrefixSet: position prefixes in order, flat: 8 bytes each, in sorted pieces of at most 512, so that one
// that comes or goes moves 4 KiB at most, however many there are and however they were chosen. Pure.
#pragma once

#include <vector>

#include "routing/rendezvous/placement.hpp"

namespace catacomb::routing {

class PrefixSet {
public:
    // False when nothing changed.
    bool insert(PositionPrefix prefix);
    bool erase(PositionPrefix prefix);
    bool contains(PositionPrefix prefix) const;
    std::size_t size() const { return size_; }
    // Memory that it takes: at most kBytesEach for each of many, whatever order they came in.
    std::size_t bytes() const;
    static constexpr std::size_t kBytesEach = 12;
    // An insertion makes bytes() grow by no more.
    static constexpr std::size_t kMostGrowth = 1024;

    // From `first` to `last`, both included.
    std::vector<PositionPrefix> between(PositionPrefix first, PositionPrefix last) const;
    // Forgets those: whole pieces at once.
    void erase_between(PositionPrefix first, PositionPrefix last);
    // Forgets the last piece, and says what was in it. Requires: size() > 0.
    std::vector<PositionPrefix> take_piece();

private:
    using Piece = std::vector<PositionPrefix>;  // never empty
    // The piece in which it is, or belongs. Requires: there is one.
    std::size_t piece_of(PositionPrefix prefix) const;
    void add_to(std::size_t at, std::size_t place, PositionPrefix prefix);
    void split(std::size_t at);
    // After it has become shorter.
    void tidy(std::size_t at);
    void set_piece(std::size_t at, Piece piece);
    void drop_pieces(std::size_t first, std::size_t last);

    std::vector<PositionPrefix> firsts_;  // of each piece
    std::vector<Piece> pieces_;
    std::size_t size_ = 0, room_ = 0;  // for how many the pieces have room
};

}  // namespace catacomb::routing
