#include "node/exit/exit.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/vault_tag.hpp"
#include "routing/rendezvous/placement.hpp"
#include "routing/tap.hpp"

namespace catacomb::node {
namespace {

using routing::DescriptorPtr;
using routing::Handle;
using routing::Method;

constexpr std::size_t kExtraFetches = 2;       // asked beside the k that are needed
constexpr auto kPatience = milliseconds(700);  // for every such while two more are asked
constexpr std::size_t kStoresAtOnce = 16;
constexpr int kAcknowledgementsAtOnce = 16;  // fits one cell
// A client of ours has up to 6 fetches and 4 stores on one circuit. A store holds up to 6 MiB of a segment
// and its blocks; a fetch up to 2 MiB of blocks that the client has yet to take.
constexpr std::size_t kStoreJobs = 64;
constexpr std::size_t kFetchJobs = 128;
constexpr auto kAgain = milliseconds(400);  // between rounds for blocks that nobody could serve

bool is_among(const std::vector<VaultTag>& tags, VaultTag one) {
    return std::find(tags.begin(), tags.end(), one) != tags.end();
}

Time job_deadline(Runtime& runtime, std::uint32_t limit_ms) {
    return runtime.now() + std::min<Duration>(milliseconds(limit_ms), limits::kLongestJob);
}

void report(Runtime& runtime, std::uint64_t circuit, const CircuitStreamPtr& stream, ByteView root) {
    if (auto* tap = runtime.tap()) {
        const Handle handle{Handle::Kind::stream, circuit << 32 | stream->id()};
        tap->joined({Handle::Kind::circuit, circuit}, handle);
        tap->saw(handle, root);
    }
}

}  // namespace

Exit::Exit(Parts parts)
    : parts_(std::move(parts)),
      fetches_{kFetchJobs, limits::kFetchesPerCircuit},
      stores_{kStoreJobs, limits::kStoresPerCircuit},
      proofs_(parts_.runtime),
      tasks_(parts_.runtime) {}

bool Exit::Jobs::begin(std::uint64_t circuit) {
    const auto same = of_circuit.find(circuit);
    if (count >= at_once || (same != of_circuit.end() && same->second >= per_circuit)) return false;
    ++count;
    ++of_circuit[circuit];
    return true;
}

void Exit::Jobs::end(std::uint64_t circuit) {
    --count;
    const auto same = of_circuit.find(circuit);
    if (--same->second == 0) of_circuit.erase(same);
}

Task<std::vector<DescriptorPtr>> Exit::responsible(storage::BlockId block, std::size_t count, Time deadline) {
    const auto position = routing::block_position(block.root, block.index);
    auto known = parts_.view.successors_of(position, count, parts_.runtime.now());
    if (parts_.view.size() < parts_.network.view_cap) co_return known;
    auto found = co_await parts_.ring.find_successors(position, count, deadline);
    if (!found) co_return std::vector<DescriptorPtr>{};
    co_return std::move(*found);
}

Task<Result<Bytes>> Exit::call(DescriptorPtr relay, Method method, Bytes body, Time deadline) {
    auto answer = co_await parts_.caller.call(relay, method, std::move(body), deadline);
    // We dialled it ourselves: it is away, and the next relay on the ring has its work now.
    if (!answer && answer.error().is(Code::unreachable)) parts_.view.suspect(relay->id, parts_.runtime.now());
    co_return answer;
}

// ---- FETCH

struct Exit::FetchJob {
    storage::Root root;
    storage::Profile profile;
    CircuitStreamPtr stream;
    std::deque<unsigned> waiting;  // indices nobody works on
    unsigned need = 0;
    unsigned workers = 0;
    BlockMask found = 0, absent = 0, missing = 0;
    Duration wait_for_vaults{};  // that are known and away; none at first
    Time deadline{};
    bool over = false;
    std::unique_ptr<routing::Gate> progress;

    // A block counts as found when it is here, as delivered when all of it is queued for the client: the
    // summary must not overtake it.
    unsigned delivered = 0;
    unsigned count_found() const { return static_cast<unsigned>(__builtin_popcountll(found)); }
    bool enough() const { return over || count_found() >= need; }
    bool done() const { return over || delivered >= need; }
};

Task<void> Exit::serve_fetch(std::uint64_t circuit, CircuitStreamPtr stream, Bytes body) {
    auto request = decode<wire::ExitFetch>(body);
    if (!request) co_return;
    auto profile = to_profile(request->k(), request->n(), request->block_class());
    auto root = storage::Root::from(view(request->root()));
    // k of them are always enough.
    if (!profile || !root || request->need() == 0 || request->need() > profile->k) co_return;
    report(parts_.runtime, circuit, stream, *root);

    auto job = std::make_shared<FetchJob>();
    job->root = *root;
    job->profile = *profile;
    job->stream = stream;
    job->need = request->need();
    job->deadline = job_deadline(parts_.runtime, request->limit_ms());
    job->progress = std::make_unique<routing::Gate>(parts_.runtime);
    // Data fragments first: with all of them there is nothing to decode.
    for (unsigned i = 0; i < profile->n; ++i) {
        if (request->want() & bit(i)) job->waiting.push_back(i);
    }
    job->need = std::min<unsigned>(job->need, static_cast<unsigned>(job->waiting.size()));
    if (!fetches_.begin(circuit)) co_return;
    co_await fetch_segment(job);
    fetches_.end(circuit);
}

Task<void> Exit::fetch_segment(std::shared_ptr<FetchJob> job) {
    co_await fetch_workers(job);
    wire::ExitFetched end;
    end.set_found(job->found);
    end.set_absent(job->absent);
    end.set_missing(job->missing);
    auto message = encode(Kind::answer, end);
    co_await job->stream->send(std::move(message), true);
}

// Keeps need + e requests under way, and two more for every while that passes without the end. First all
// blocks are asked for without waiting for vaults that are away; then it goes round again, patiently, over
// what could not be had, while there is a reason to hope: some block of the segment is there, or a vault that
// has one is only away.
Task<void> Exit::fetch_workers(std::shared_ptr<FetchJob> job) {
    auto& runtime = parts_.runtime;
    const auto start_worker = [&] {
        ++job->workers;
        tasks_.spawn(fetch_worker(job));
    };
    for (;;) {
        const std::size_t wanted = job->need - job->count_found() + kExtraFetches;
        const std::size_t of_work = std::min<std::size_t>(wanted, job->waiting.size());
        while (job->workers < of_work) start_worker();
        auto more_at = runtime.now() + kPatience;
        while (!job->done() && job->workers > 0) {
            const auto wake = co_await job->progress->wait(std::min(job->deadline, more_at));
            if (wake == routing::Wake::closed || runtime.now() >= job->deadline) job->over = true;
            if (runtime.now() < more_at) continue;
            for (std::size_t i = 0; i < kExtraFetches && !job->waiting.empty(); ++i) start_worker();
            more_at = runtime.now() + kPatience;
        }
        if (job->done() || (job->found == 0 && job->absent == 0)) break;
        const bool slept = co_await routing::sleep_for(runtime, kAgain);
        if (!slept || runtime.now() >= job->deadline) break;
        const auto again = job->absent | job->missing;
        for (unsigned i = 0; i < job->profile.n; ++i) {
            if (again & bit(i)) job->waiting.push_back(i);
        }
        job->absent = job->missing = 0;
        job->wait_for_vaults = limits::kVaultAbsence;
    }
    job->over = true;
}

// Ends with the block that it brought: otherwise need + e would stay under way to the last, and twice as much
// would be fetched as is needed.
Task<void> Exit::fetch_worker(std::shared_ptr<FetchJob> job) {
    bool found = false;
    while (!found && !job->enough() && !job->waiting.empty()) {
        const auto index = job->waiting.front();
        job->waiting.pop_front();
        found = co_await fetch_one(job, index);
        job->progress->open();
    }
    --job->workers;
    job->progress->open();
}

// True when the block is with us.
Task<bool> Exit::fetch_one(std::shared_ptr<FetchJob> job, unsigned index) {
    const storage::BlockId block{job->root, static_cast<std::uint8_t>(index)};
    wire::FetchBlock request;
    request.set_root(proto_bytes(block.root));
    request.set_index(index);
    request.set_wait_ms(
        static_cast<std::uint32_t>(duration_cast<milliseconds>(job->wait_for_vaults).count()));
    bool absent = false;
    const auto relays = co_await responsible(block, limits::kFetchRelays, job->deadline);
    for (const auto& relay : relays) {
        if (job->enough()) co_return false;
        const auto deadline = std::min(job->deadline, parts_.runtime.now() + limits::kFetchAtRelay);
        auto body = encode(request);
        auto reply = co_await call(relay, Method::fetch, std::move(body), deadline);
        auto answer = reply ? decode<wire::FetchAnswer>(*reply) : Result<wire::FetchAnswer>(reply.error());
        if (!answer) continue;
        if (answer->outcome() == wire::FetchAnswer::ABSENT) absent = true;
        if (answer->outcome() != wire::FetchAnswer::FOUND) continue;
        auto bytes = to_bytes(view(answer->block()));
        if (!storage::check_block(block, bytes) || job->enough()) continue;
        job->found |= bit(index);
        auto message = with_kind(Kind::block, std::move(bytes));
        auto sent = co_await job->stream->send(std::move(message));
        if (sent) ++job->delivered;
        if (!sent) job->over = true;  // the client is gone
        co_return true;
    }
    (absent ? job->absent : job->missing) |= bit(index);
    co_return false;
}

// ---- STORE

struct Exit::StoreJob {
    storage::Root root;
    storage::Profile profile;
    CircuitStreamPtr stream;
    std::shared_ptr<storage::SegmentBlocks> blocks;
    std::deque<unsigned> waiting;
    unsigned workers = 0;
    BlockMask wanted = 0, placed = 0;
    wire::ExitStored untold;  // acknowledgements that the client does not have yet
    Code failure = Code::refused;
    Time lease_end{}, deadline{};
    std::vector<VaultTag> avoid;  // vaults that the client wants left out
    NonceSeed nonce_seed;
    std::unique_ptr<routing::Gate> progress;
};

Task<void> Exit::serve_store(std::uint64_t circuit, CircuitStreamPtr stream, Bytes body) {
    auto request = decode<wire::ExitStore>(body);
    if (!request) co_return;
    auto job = begin_store(*request, stream);
    if (!job) co_return;
    if (!stores_.begin(circuit)) co_return;
    co_await store_segment(*job, circuit, std::move(*request));
    stores_.end(circuit);
}

Task<void> Exit::store_segment(std::shared_ptr<StoreJob> job, std::uint64_t circuit,
                               wire::ExitStore request) {
    report(parts_.runtime, circuit, job->stream, job->root);
    auto blocks = co_await receive_segment(job, std::move(request));
    if (!blocks) co_return;
    job->blocks = std::move(*blocks);
    for (std::size_t i = 0; i < kStoresAtOnce; ++i) {
        ++job->workers;
        tasks_.spawn(store_worker(job));
    }
    while (job->workers > 0) {
        if (co_await job->progress->wait(kNever) == routing::Wake::closed) co_return;
    }
    if (job->placed != job->wanted) job->untold.set_failure(name_of(job->failure));
    auto message = encode(Kind::answer, job->untold);
    co_await job->stream->send(std::move(message), true);
}

Result<std::shared_ptr<Exit::StoreJob>> Exit::begin_store(const wire::ExitStore& request,
                                                          CircuitStreamPtr stream) {
    auto profile = to_profile(request.k(), request.n(), request.block_class());
    auto root = storage::Root::from(view(request.root()));
    const auto nonce_seed = NonceSeed::from(view(request.nonce_seed()));
    auto avoid = unpack_tags(request.avoid(), kMostAvoided);
    if (!profile || !root || !nonce_seed || !avoid ||
        request.shares().size() != profile->n * crypto::kShareSize ||
        request.commitment().size() != storage::kHashSize) {
        return error(Code::malformed);
    }
    auto job = std::make_shared<StoreJob>();
    job->root = *root;
    job->profile = *profile;
    job->stream = std::move(stream);
    job->nonce_seed = *nonce_seed;
    job->lease_end = from_unix_seconds(request.lease_end());
    job->avoid = std::move(*avoid);
    job->deadline = job_deadline(parts_.runtime, request.limit_ms());
    job->progress = std::make_unique<routing::Gate>(parts_.runtime);
    for (unsigned i = 0; i < profile->n; ++i) {
        if (request.want() & bit(i)) job->waiting.push_back(i);
    }
    job->wanted = request.want() & all_of(profile->n);
    return job;
}

// The k data fragments come as messages of their own; the parity is made here, and the root must come out.
Task<Result<std::shared_ptr<storage::SegmentBlocks>>> Exit::receive_segment(std::shared_ptr<StoreJob> job,
                                                                            wire::ExitStore request) {
    auto data = std::make_shared<Bytes>();
    data->reserve(job->profile.stripe());
    for (unsigned i = 0; i < job->profile.k; ++i) {
        const auto deadline = std::min(job->deadline, parts_.runtime.now() + limits::kFragment);
        auto bytes = co_await job->stream->receive(deadline);
        if (!bytes) co_return bytes.error();
        auto message = split_kind(std::move(*bytes));
        if (!message || message->kind != Kind::fragment || message->body.size() != job->profile.fragment()) {
            co_return error(Code::malformed);
        }
        append(*data, message->body);
    }
    auto wanted = std::make_shared<wire::ExitStore>(std::move(request));
    std::function<Result<std::shared_ptr<storage::SegmentBlocks>>()> work =
        [job, data, wanted]() -> Result<std::shared_ptr<storage::SegmentBlocks>> {
        std::vector<crypto::Share> shares;
        for (unsigned i = 0; i < job->profile.n; ++i) {
            shares.push_back(crypto::Share::copy_of(view(wanted->shares()).subspan(i * crypto::kShareSize)));
        }
        const auto commitment = *storage::Commitment::from(view(wanted->commitment()));
        auto made =
            storage::SegmentBlocks::from_parts(job->root, job->profile, commitment, std::move(shares), *data);
        if (!made) return made.error();
        return std::make_shared<storage::SegmentBlocks>(std::move(*made));
    };
    co_return co_await routing::on_worker(parts_.runtime, std::move(work));
}

Task<void> Exit::store_worker(std::shared_ptr<StoreJob> job) {
    while (!job->waiting.empty() && parts_.runtime.now() < job->deadline && !job->stream->is_broken()) {
        const auto index = job->waiting.front();
        job->waiting.pop_front();
        auto given = co_await store_one(job, index);
        if (!given) {
            job->failure = given.error().code;
            continue;
        }
        job->placed |= bit(index);
        *job->untold.add_given() = to_wire(*given);
        if (job->untold.given_size() < kAcknowledgementsAtOnce) continue;
        auto message = encode(Kind::answer, std::exchange(job->untold, {}));
        co_await job->stream->send(std::move(message));
    }
    --job->workers;
    job->progress->open();
}

namespace {

// A relay hears only of vaults that it could offer to, so that the list does not mark what is stored
// together.
std::vector<VaultTag> avoided_at(const routing::Descriptor& relay, const std::vector<VaultTag>& all,
                                 const routing::View& view, Time now) {
    constexpr std::size_t kRelaysOfVault = 4;
    std::vector<VaultTag> out;
    for (const auto tag : all) {
        const auto serving = view.successors_of(place_of(tag), kRelaysOfVault, now);
        const auto serves = [&](const auto& one) { return one->id == relay.id; };
        if (std::any_of(serving.begin(), serving.end(), serves)) out.push_back(tag);
        if (out.size() == kMostAvoidedAtRelay) break;
    }
    return out;
}

}  // namespace

Task<Result<Acknowledged>> Exit::store_one(std::shared_ptr<StoreJob> job, unsigned index) {
    const storage::BlockId block{job->root, static_cast<std::uint8_t>(index)};
    Asked asked;
    asked.block = block;
    asked.size = static_cast<std::uint32_t>(job->profile.block());
    asked.lease_end = job->lease_end;
    asked.nonce = block_nonce(job->nonce_seed, block.index);
    wire::StoreBlock request;
    request.set_root(proto_bytes(block.root));
    request.set_index(index);
    request.set_block(proto_bytes(job->blocks->block(index)));
    request.set_lease_end(unix_seconds(job->lease_end));
    request.set_nonce(proto_bytes(asked.nonce));
    Error last = error(Code::unreachable, "no rendezvous could be reached");
    const auto relays = co_await responsible(block, limits::kStoreRelays, job->deadline);
    for (const auto& relay : relays) {
        const auto deadline = std::min(job->deadline, parts_.runtime.now() + limits::kStoreAtRelay);
        request.set_avoid(pack_tags(avoided_at(*relay, job->avoid, parts_.view, parts_.runtime.now())));
        auto body = encode(request);
        auto reply = co_await call(relay, Method::store, std::move(body), deadline);
        if (!reply) {
            last = reply.error();
            continue;
        }
        auto answer = decode<wire::Acknowledgement>(*reply);
        if (!answer) continue;
        auto given = co_await check_acknowledgement(proofs_, *answer, asked, parts_.network);
        if (!given || !registers_at(*given, relay->id, parts_.view, parts_.network.registrations + 1,
                                    parts_.runtime.now())) {
            last = error(Code::corrupt, "an acknowledgement did not hold");
            continue;
        }
        if (is_among(job->avoid, tag_of(given->vault.id()))) continue;
        given->rendezvous = relay->id;
        co_return std::move(*given);
    }
    co_return last;
}

// ---- HAVE

Task<void> Exit::serve_have(std::uint64_t circuit, CircuitStreamPtr stream, Bytes body) {
    auto request = decode<wire::ExitHave>(body);
    if (!request || request->n() > storage::kMaxBlocks) co_return;
    auto root = storage::Root::from(view(request->root()));
    if (!root) co_return;
    report(parts_.runtime, circuit, stream, *root);
    const auto deadline = job_deadline(parts_.runtime, request->limit_ms());
    BlockMask have = 0, absent = 0;
    // In each step every relay is asked once for all the blocks that it may know; what it does not know goes
    // on to the relay after it.
    for (std::size_t step = 0; step < limits::kFetchRelays; ++step) {
        std::map<routing::NodeId, std::pair<DescriptorPtr, std::string>> questions;
        for (unsigned i = 0; i < request->n(); ++i) {
            if (have & bit(i)) continue;
            const storage::BlockId block{*root, static_cast<std::uint8_t>(i)};
            const auto relays = co_await responsible(block, limits::kFetchRelays, deadline);
            if (step >= relays.size()) continue;
            auto& question = questions[relays[step]->id];
            question.first = relays[step];
            question.second.push_back(static_cast<char>(i));
        }
        for (auto& [id, question] : questions) {
            wire::HaveBlocks asked;
            asked.set_root(proto_bytes(*root));
            asked.set_indices(question.second);
            auto message = encode(asked);
            const auto limit = std::min(deadline, parts_.runtime.now() + limits::kHaveAtRelay);
            auto reply = co_await call(question.first, Method::have, std::move(message), limit);
            if (!reply) continue;
            auto answer = decode<wire::HaveAnswer>(*reply);
            if (!answer || answer->outcomes().size() != question.second.size()) continue;
            for (std::size_t i = 0; i < question.second.size(); ++i) {
                const auto index = static_cast<unsigned>(question.second[i]);
                if (answer->outcomes()[i] == wire::FetchAnswer::FOUND) have |= bit(index);
                if (answer->outcomes()[i] == wire::FetchAnswer::ABSENT) absent |= bit(index);
            }
        }
    }
    wire::ExitHad end;
    end.set_have(have);
    end.set_absent(absent & ~have);
    auto message = encode(Kind::answer, end);
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
