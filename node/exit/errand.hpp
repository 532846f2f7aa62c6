// Errand: what one operation asks of relays and makes of their answers; Errands sends it out: the one thin
// driver of Gather for all operations. An errand knows no scheduling, and nobody here knows who wanted it.
#pragma once

#include "node/exit/gather.hpp"
#include "node/exit/relays.hpp"
#include "node/protocol/patience.hpp"

namespace catacomb::node {

class Errand {
public:
    struct Terms {
        storage::Root root;
        routing::Method method{};
        std::size_t relays = 0;  // asked for one block, one after the other
        Duration limit{};        // for one request
    };

    virtual ~Errand() = default;
    virtual Terms terms() const = 0;
    virtual Bytes request(const Gather::Ask& ask, const routing::Descriptor& relay) = 0;
    // Sends the request, for whoever does not share its way with other errands.
    virtual Task<Result<Bytes>> call(Relays& relays, Gather::Ask ask, DescriptorPtr relay, Time deadline);
    // A word for each block that was asked for, in ascending order.
    virtual Task<std::vector<Gather::Word>> judge(Gather::Ask ask, DescriptorPtr relay,
                                                  Result<Bytes> reply) = 0;
    // Once for each answer that was judged: `fresh` are the blocks that it completed.
    virtual Task<void> hand_over(Gather::Ask ask, BlockMask fresh) = 0;
    // False: whoever asked for it is gone.
    virtual bool is_wanted() const = 0;
};

// What a failed request says of the blocks that it was for.
inline Gather::Word word_of(const Error& why) {
    return why.is(Code::busy) || why.is(Code::limit) ? Gather::Word::busy : Gather::Word::failed;
}

class Errands {
public:
    explicit Errands(Relays& relays) : relays_(relays), tasks_(relays.runtime()) {}

    // Returns when there is enough, nothing is left to try, the deadline of the plan has come or nobody wants
    // it any longer, and all that was completed is handed over. What was asked and is not answered then is
    // forgotten. `patience` outlives the errand: it learns from its answers.
    Task<Gather::Outcome> run(std::shared_ptr<Errand> errand, Gather::Plan plan, Patience& patience);
    // What errands do beside: it is waited for with them.
    void spawn(Task<void> task) { tasks_.spawn(std::move(task)); }
    Task<void> drained() { return tasks_.drained(); }

private:
    struct Run;
    Gather::Step proceed(const std::shared_ptr<Run>& run);
    bool name_relays(Run& run, unsigned index, const std::vector<DescriptorPtr>& relays);
    Task<void> look_up(std::shared_ptr<Run> run, unsigned index);
    Task<void> ask(std::shared_ptr<Run> run, Gather::Ask ask);

    Relays& relays_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
