using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>The evidence gathered while a sale passes the stages, bounded so that no sale's record grows without limit.</summary>
internal sealed class Trail
{
    /// <summary>Most pieces of evidence kept.</summary>
    public const int MaxEvidence = 32;

    private readonly List<Evidence> _evidence = [];

    /// <summary>What was found so far, in the order of asking.</summary>
    public IReadOnlyList<Evidence> Evidence => _evidence;

    public void Hit(string signal, double weight, Candidate candidate) => Add(signal, "hit", weight, candidate);

    public void Miss(string signal, double weight = 0, Candidate? candidate = null) => Add(signal, "miss", weight, candidate);

    public void Absent(string signal) => Add(signal, "absent", 0, null);

    private void Add(string signal, string result, double weight, Candidate? candidate)
    {
        if (_evidence.Count < MaxEvidence)
            _evidence.Add(new() { Signal = signal, Result = result, Weight = Math.Round(weight, 4), Candidate = candidate?.IngestId.ToString() });
    }
}
