// Limits: every deadline and count on which two sides of a conversation must agree, in one place. Each side
// gives up before the one that waits for it does, with room for its answer's way back; otherwise silence of
// one vault would look like a dead rendezvous, and a slow rendezvous like a dead exit. Pure.
#pragma once

#include <cstddef>

#include "base/time.hpp"

namespace catacomb::node::limits {

// What an answer may need from one side to the next.
inline constexpr Duration kWayBack = seconds(1);

// Each waits longer than the next one inwards, and for its answer's way back.
template <class... Inner>
constexpr bool nest(Duration outer, Duration inner, Inner... further) {
    const bool fits = outer >= inner + kWayBack;
    if constexpr (sizeof...(further) == 0) {
        return fits;
    } else {
        return fits && nest(inner, further...);
    }
}

// ---- client and exit

// A client's whole patience with one segment, over all the exits that it tries.
inline constexpr Duration kSegment = seconds(120);
// What a client gives one exit (limit_ms), and for how much longer it listens to that exit's last words.
inline constexpr Duration kStoreJob = seconds(40);
inline constexpr Duration kFetchJob = seconds(20);
inline constexpr Duration kHaveJob = seconds(20);
inline constexpr Duration kRenewJob = seconds(30);
inline constexpr Duration kLastWords = seconds(3);
// Silence for longer than this, and a body that a sample asks for does not come. For all of them together
// there is as long as they take on a line of 1 Mbit/s besides.
inline constexpr Duration kSamplePatience = seconds(8);
constexpr Duration on_a_slow_line(std::size_t bytes) { return milliseconds(bytes / 125); }
// That a check or a renewal looks at: 5.3 TB. A key made to harm names one branch again and again, and its
// tree has no end worth waiting for.
inline constexpr std::size_t kMostSegments = std::size_t{1} << 20;
// What an exit gives to a request, whatever its client says: with less than the shortest its relays would be
// asked for what they have no time to answer.
inline constexpr Duration kShortestJob = seconds(5);
inline constexpr Duration kLongestJob = seconds(120);
// From the opening of a stream to its first message.
inline constexpr Duration kFirstMessage = seconds(30);
// The client's line sets the pace of a store: each fragment must have left it in kFragment, and reach the
// exit in kFragmentAtExit from the one before. Only then kStoreJob begins; what was sent last has kOnItsWay,
// for a circuit's whole window may be in front of it.
inline constexpr Duration kFragment = seconds(20);
inline constexpr Duration kFragmentAtExit = seconds(30);
inline constexpr Duration kHandOver = minutes(5);  // for all of them
inline constexpr Duration kOnItsWay = seconds(17);

// Requests that one circuit may have under way at an exit. All of a client's may come to one exit of its
// three while the others are built anew.
inline constexpr std::size_t kStoresPerCircuit = 4;
inline constexpr std::size_t kFetchesPerCircuit = 16;
inline constexpr std::size_t kHavesPerCircuit = 16;
inline constexpr std::size_t kRenewsPerCircuit = 3;

// What an exit holds at most for all requests under way. A store of the largest class is counted with 23.7
// MB, its segment and what of it may wait for room on the links at once; a fetch with 6.1 MB. More are
// refused (Kind::busy).
inline constexpr std::size_t kExitMemory = std::size_t{128} << 20;
inline constexpr std::size_t kStoreOnLinks = std::size_t{8} << 20;
inline constexpr std::size_t kQuestionMemory = 4096;  // for each block of a have
inline constexpr std::size_t kRenewMemory = 1024;     // for each block of a renew
inline constexpr std::size_t kLongestStamp = 1024;

// ---- exit and rendezvous: for how long an exit waits for one relay

inline constexpr Duration kStoreAtRelay = seconds(20);
inline constexpr Duration kFetchAtRelay = seconds(12);
inline constexpr Duration kHaveAtRelay = seconds(6);
inline constexpr Duration kRenewAtRelay = seconds(13);

// When an exit asks another relay instead of one that is late. Asked for beside the blocks that are needed,
// from the start; and then in all, in per cent of them. Late is what takes longer than answers at this exit
// do (Patience); when nothing at all comes for four times as long, what is under way counts as lost. Not so a
// store: it has bodies to send, and silence may be no more than a full line.
inline constexpr unsigned kFetchAhead = 2;
inline constexpr unsigned kLatePercent = 10;
constexpr unsigned share_of(unsigned all, unsigned percent) { return (all * percent + 99) / 100; }
inline constexpr Duration kFirstPatience = seconds(1);
inline constexpr Duration kLeastPatience = milliseconds(300);
inline constexpr Duration kLeastStorePatience = seconds(1);  // a disk commits in between
inline constexpr Duration kMostPatience = seconds(4);
inline constexpr int kSilence = 4;
inline constexpr Duration kStoreSilence = kStoreAtRelay;
inline constexpr Duration kFetchSilence = seconds(5);
inline constexpr Duration kHaveSilence = seconds(3);
inline constexpr Duration kRenewSilence = seconds(8);

// Relays that follow a block's position, the responsible one first: where an exit stores, and where it looks.
// Of 16 relays with a vault each, three in a row have none of their own in one network of seven; six in one
// of a hundred. What is placed at the sixth is found among the eight. A client's view lags behind the exit's:
// it counts words from a wider stretch.
inline constexpr std::size_t kStoreRelays = 6;
inline constexpr std::size_t kFetchRelays = 8;
inline constexpr std::size_t kCredibleRelays = 16;
// A vault is offered blocks by relays among so many that follow its id, fewer than it registers at; and whose
// word comes from a relay further on counts for nothing.
inline constexpr std::size_t kOfferingRelays = 3;
inline constexpr std::size_t kCredibleRelaysOfVault = 10;
// Nor does one that is further on, as it sees it, register a vault. That is beyond the four at which it wants
// to be, and as many that it may have to pass over.
inline constexpr std::size_t kRegisteringRelays = kCredibleRelaysOfVault;

// ---- rendezvous and vault: what a rendezvous spends on a block, and on one vault

inline constexpr Duration kStoreAtVaults = seconds(16);
inline constexpr Duration kStoreAtVault = seconds(8);
inline constexpr Duration kStoreBody = seconds(6);  // for which a vault waits
inline constexpr Duration kFetchAtVaults = seconds(10);
inline constexpr Duration kFetchAtVault = seconds(5);
// After which, at most, another vault is asked beside one that is silent.
inline constexpr Duration kMostVaultPatience = seconds(2);
inline constexpr Duration kRenewAtVaults = seconds(11);
inline constexpr Duration kRenewAtVault = seconds(8);  // for one list
// For a vault that is known and away: what an exit asks for, and the most that a rendezvous grants.
inline constexpr Duration kVaultAbsence = seconds(3);
inline constexpr Duration kLongestVaultAbsence = seconds(5);

// Blocks whose leases are renewed by one message: to a vault, which reads them all before it answers; to a
// rendezvous; and to an exit, of so many segments.
inline constexpr std::size_t kRenewedByVault = 64;
inline constexpr std::size_t kRenewedByRelay = 256;
inline constexpr std::size_t kRenewedByExit = 4096;
inline constexpr std::size_t kSegmentsRenewed = 64;
// Vaults that are asked to renew one block, where several have it.
inline constexpr std::size_t kCopiesRenewed = 2;

inline constexpr Duration kRegister = seconds(20);  // a vault waits for the answer
inline constexpr Duration kVaultPing = seconds(15);
inline constexpr std::size_t kPrefixesPerMessage = 8192;
inline constexpr std::size_t kInventoryMessage = 128 * 1024;  // bytes

// A lease as publishers ask for it, to the end of a day; and the longest that vaults grant: clocks differ.
inline constexpr Duration kDay = hours(24);
inline constexpr Duration kLease = 30 * kDay;
inline constexpr Duration kLongestLease = 32 * kDay;
// A vault may grant less than it was asked for, and never less than this; whoever asks for less gets all of
// it.
inline constexpr Duration kShortestLease = 7 * kDay;

// ---- and so they nest

static_assert(nest(kStoreJob + kLastWords, kStoreJob, kStoreAtRelay, kStoreAtVaults, kStoreAtVault,
                   kStoreBody));
static_assert(nest(kFetchJob + kLastWords, kFetchJob, kFetchAtRelay, kFetchAtVaults, kFetchAtVault));
static_assert(nest(kHaveJob + kLastWords, kHaveJob, kHaveAtRelay));
static_assert(nest(kRenewJob + kLastWords, kRenewJob, kRenewAtRelay, kRenewAtVaults, kRenewAtVault));
static_assert(kShortestJob <= kHaveJob && kShortestJob <= kFetchJob);
static_assert(nest(kSegment, kStoreJob + kLastWords) && nest(kSegment, kFetchJob + kLastWords));
static_assert(kLongestJob >= kStoreJob && kLongestJob >= kFetchJob && kLongestJob >= kHaveJob &&
              kLongestJob >= kRenewJob);
static_assert(nest(kFragmentAtExit, kFragment));
static_assert(kFetchSilence < kFetchAtRelay && kHaveSilence < kHaveAtRelay && kRenewSilence < kRenewAtRelay);
static_assert(kLeastStorePatience < kMostPatience && kMostPatience < kFetchSilence);
// After the longest wait there is time to ask the vault that came.
static_assert(kLongestVaultAbsence + kFetchAtVault <= kFetchAtVaults &&
              kVaultAbsence <= kLongestVaultAbsence);
static_assert(kStoreRelays <= kFetchRelays && kFetchRelays <= kCredibleRelays);
static_assert(kOfferingRelays < kCredibleRelaysOfVault);
static_assert(kRenewedByVault <= kRenewedByRelay && kRenewedByRelay <= kRenewedByExit);
static_assert(kPrefixesPerMessage * 8 + 64 <= kInventoryMessage);
static_assert(kLease + 2 * kDay <= kLongestLease && kShortestLease < kLease);

}  // namespace catacomb::node::limits
