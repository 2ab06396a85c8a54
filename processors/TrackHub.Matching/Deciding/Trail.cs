using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>The evidence gathered while a sale passes the stages, bounded so that no sale's record grows without limit.</summary>
internal sealed class Trail
{
    /// <summary>Most pieces of evidence kept.</summary>
    public const int MaxEvidence = 32;

    /// <summary>Most other visitors of stage 3 kept.</summary>
    public const int MaxRivals = 3;

    /// <summary>Signal of stage 3's likeliest visitor: the weight is the probability, of so many candidates.</summary>
    public const string Probability = "probability";

    /// <summary>Signal of a further visitor: the weight is the probability.</summary>
    public const string Rival = "other_visitor";

    private readonly List<Evidence> _evidence = [];

    /// <summary>What was found so far, in the order of asking.</summary>
    public IReadOnlyList<Evidence> Evidence => _evidence;

    public void Hit(string signal, double weight, Candidate candidate, int candidates = 0) => Add(signal, "hit", weight, candidate, candidates);

    public void Miss(string signal, double weight = 0, Candidate? candidate = null, int candidates = 0) => Add(signal, "miss", weight, candidate, candidates);

    public void Absent(string signal) => Add(signal, "absent", 0, null, 0);

    private void Add(string signal, string result, double weight, Candidate? candidate, int candidates)
    {
        if (_evidence.Count < MaxEvidence)
            _evidence.Add(new() { Signal = signal, Result = result, Weight = Math.Round(weight, 4), Candidate = candidate?.IngestId.ToString(), Candidates = candidates });
    }
}
