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
        foreach (var stage in Stages)
        {
            var decision = DecideStage(stage, sale, candidates, rules, trail);
            if (decision.Winner is not null)
                return decision;
        }

        return Decision.None;
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
            return Decision.None;
        return stage == MatchStage.Probabilistic
            ? Probable(sale, [.. signals.SelectMany(candidates)], rules, trail)
            : Exact(stage, signals, sale, candidates, rules, trail);
    }

    /// <summary>Stages 1 and 2: the first signal in the given order that names an eligible click wins; the others are kept as evidence.</summary>
    private static Decision Exact(
        MatchStage stage, IReadOnlyList<Signal> order, SaleFacts sale, Func<Signal, IReadOnlyList<Candidate>> candidates, MatchRules rules, Trail trail)
    {
        var decision = Decision.None;
        foreach (var signal in order)
        {
            if (!sale.Present.Contains(signal))
            {
                trail.Absent(signal.Name());
                continue;
            }

            var last = Candidate.LastTouch(candidates(signal).Where(c => rules.Eligible(c, sale.ReceivedAt, sale.Pass)));
            if (last is null)
            {
                trail.Miss(signal.Name());
                continue;
            }

            trail.Hit(last.LinkedAt is null ? signal.Name() : signal.Name() + "_via_session", 1, last);
            if (decision.Winner is null)
                decision = new(stage, 1, last);
        }

        return decision;
    }

    /// <summary>
    /// Stage 3: the visitor with the highest score wins if it reaches the threshold and no other visitor comes close; of that
    /// visitor's events the last touch.
    /// </summary>
    private static Decision Probable(SaleFacts sale, IReadOnlyList<Candidate> candidates, MatchRules rules, Trail trail)
    {
        if (!sale.Present.Contains(Signal.Ip) && !sale.Present.Contains(Signal.IpPrefix))
        {
            trail.Absent(Signal.Ip.Name());
            return Decision.None;
        }

        var visitors = candidates
            .Where(c => c.Features is not null && rules.Eligible(c, sale.ReceivedAt, sale.Pass))
            .DistinctBy(c => c.IngestId)
            .Select(c => (Candidate: c, ProbabilisticScore.Of(sale, c, rules.Weights).Score))
            .GroupBy(c => c.Candidate.SessionTag == 0 ? c.Candidate.IngestId : (object)c.Candidate.SessionTag)
            .Select(g => (Best: g.Max(c => c.Score), Events: g.ToList()))
            .OrderByDescending(v => v.Best)
            .ThenByDescending(v => v.Events.Max(e => e.Candidate.EventTime))
            .ThenByDescending(v => v.Events.Max(e => e.Candidate.IngestId))
            .ToList();
        if (visitors.Count == 0)
        {
            trail.Miss(Signal.Ip.Name());
            return Decision.None;
        }

        var (best, events) = visitors[0];
        var winner = Candidate.LastTouch(events.Where(e => e.Score >= Math.Min(best, rules.Threshold)).Select(e => e.Candidate))!;
        foreach (var signal in ProbabilisticScore.Of(sale, winner, rules.Weights).Parts)
        {
            if (signal.Weight >= 0)
                trail.Hit(signal.Name, signal.Weight, winner);
            else
                trail.Miss(signal.Name, signal.Weight, winner);
        }

        // Compared with a margin for the rounding of sums: 0.45 + 0.25 + 0.05 is 0.75 to people.
        var reached = best + 1e-9 >= rules.Threshold;
        if (visitors.Count > 1)
        {
            var rival = Candidate.LastTouch(visitors[1].Events.Select(e => e.Candidate))!;
            var ambiguous = best - visitors[1].Best < rules.Weights.Ambiguity;
            trail.Miss(ambiguous ? "ambiguous" : "runner_up", visitors[1].Best, rival);
            reached &= !ambiguous;
        }

        if (reached)
            return new(MatchStage.Probabilistic, Math.Round(best, 4), winner);
        trail.Miss("threshold", best, winner);
        return Decision.None;
    }
}
