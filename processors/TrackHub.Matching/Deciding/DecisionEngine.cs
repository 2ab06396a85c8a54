using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>
/// Decides which click led to a sale. Pure: the same sale, candidates and rules give the same decision and evidence, whether asked
/// by the live matcher stage by stage or by a replay over everything at once.
/// </summary>
internal static class DecisionEngine
{
    /// <summary>The stages in their order.</summary>
    public static readonly IReadOnlyList<MatchStage> Stages = [MatchStage.Deterministic, MatchStage.SemiDeterministic, MatchStage.Probabilistic];

    /// <summary>All stages over given candidates; what a replay and <c>explain</c> call.</summary>
    /// <param name="candidates">The candidates a window names for a signal; empty if none.</param>
    public static Decision Decide(SaleFacts sale, Func<Signal, IReadOnlyList<Candidate>> candidates, MatchRules rules, Trail trail)
    {
        var decision = Decision.None;
        foreach (var stage in Stages)
        {
            decision = decision.Then(DecideStage(stage, sale, candidates, rules, trail));
            if (decision.Winner is not null)
                break;
        }

        return decision;
    }

    /// <summary>The signals a stage asks for under these rules; empty when the brand does not use it.</summary>
    public static IReadOnlyList<Signal> SignalsOf(MatchStage stage, MatchRules rules) => stage switch
    {
        MatchStage.Deterministic => rules.Deterministic,
        MatchStage.SemiDeterministic when rules.SemiDeterministic => [Signal.Fbclid],
        MatchStage.Probabilistic when rules.Threshold < 1 => [Signal.Ip, Signal.IpPrefix],
        _ => [],
    };

    /// <summary>One stage over given candidates; no winner where the brand does not use it.</summary>
    public static Decision DecideStage(
        MatchStage stage, SaleFacts sale, Func<Signal, IReadOnlyList<Candidate>> candidates, MatchRules rules, Trail trail)
    {
        var signals = SignalsOf(stage, rules);
        if (signals.Count == 0)
            return Decision.Nobody(MatchReason.NoKeys);
        return stage == MatchStage.Probabilistic
            ? Probable(sale, candidates, rules, trail)
            : Exact(stage, signals, sale, candidates, rules, trail);
    }

    /// <summary>The visitors near a sale's address, each with the probability of being its buyer.</summary>
    public static Nearby Nearby(SaleFacts sale, Func<Signal, IReadOnlyList<Candidate>> candidates, MatchRules rules)
    {
        var atAddress = candidates(Signal.Ip);
        var eligible = atAddress.Concat(candidates(Signal.IpPrefix)).Where(c => rules.Eligible(c, sale.ReceivedAt, sale.Pass));
        var crowded = atAddress.Count >= WindowStore.MaxMembers;
        return new(Likelihood.Of(sale, Visitor.Of(eligible, sale.Features), crowded, rules.Weights), crowded);
    }

    /// <summary>Stages 1 and 2: the first signal in the given order that names an eligible click wins; the others are kept as evidence.</summary>
    private static Decision Exact(
        MatchStage stage, IReadOnlyList<Signal> order, SaleFacts sale, Func<Signal, IReadOnlyList<Candidate>> candidates, MatchRules rules, Trail trail)
    {
        var decision = Decision.Nobody(MatchReason.NoKeys);
        foreach (var signal in order)
        {
            if (!sale.Present.Contains(signal))
            {
                trail.Absent(signal.Name());
                continue;
            }

            var eligible = candidates(signal).Where(c => rules.Eligible(c, sale.ReceivedAt, sale.Pass)).ToList();
            if (Candidate.LastTouch(eligible) is not { } last)
            {
                trail.Miss(signal.Name());
                decision = decision.Then(Decision.Nobody(MatchReason.NoCandidate));
                continue;
            }

            var name = last.LinkedAt is null ? signal.Name() : signal.Name() + "_via_session";
            trail.Hit(name, 1, last, eligible.Count);
            decision = decision.Then(new(stage, 1, last, name));
        }

        return decision;
    }

    /// <summary>
    /// Stage 3: the likeliest visitor wins if his probability reaches the threshold; of his events the last touch. Visitors that fit alike
    /// share the probability, so that none of them reaches it.
    /// </summary>
    private static Decision Probable(SaleFacts sale, Func<Signal, IReadOnlyList<Candidate>> candidates, MatchRules rules, Trail trail)
    {
        if (!sale.Present.Contains(Signal.Ip) && !sale.Present.Contains(Signal.IpPrefix))
        {
            trail.Absent(Signal.Ip.Name());
            return Decision.Nobody(MatchReason.NoKeys);
        }

        var likelihoods = Nearby(sale, candidates, rules).Likelihoods;
        if (likelihoods.Count == 0)
        {
            trail.Miss(Signal.Ip.Name());
            return Decision.Nobody(MatchReason.NoCandidate);
        }

        var best = likelihoods[0];
        var winner = Candidate.LastTouch(best.Visitor.Events)!;
        foreach (var part in best.Parts)
        {
            if (part.Weight >= 0)
                trail.Hit(part.Name, part.Weight, winner);
            else
                trail.Miss(part.Name, part.Weight, winner);
        }

        foreach (var rival in likelihoods.Skip(1).Take(Trail.MaxRivals))
            trail.Miss(Trail.Rival, rival.Probability, Candidate.LastTouch(rival.Visitor.Events)!);

        var probability = Math.Round(best.Probability, 4);
        if (probability >= rules.Threshold)
        {
            trail.Hit(Trail.Probability, probability, winner, likelihoods.Count);
            return new(MatchStage.Probabilistic, probability, winner, MatchReason.Probable);
        }

        trail.Miss(Trail.Probability, probability, winner, likelihoods.Count);
        return Decision.Nobody(best.Alone >= rules.Threshold ? MatchReason.Ambiguous : MatchReason.BelowThreshold);
    }
}
