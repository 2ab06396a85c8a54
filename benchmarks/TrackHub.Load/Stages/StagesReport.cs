using System.Globalization;
using System.Text.Json;
using TrackHub.Load.Reporting;
using TrackHub.Matching.Deciding;

namespace TrackHub.Load.Stages;

/// <summary>A run of the stages as text: tables for people, a line of JSON each for programs.</summary>
internal sealed class StagesReport(IReadOnlyList<StageTrial> counted, IReadOnlyList<StageTrial> judged)
{
    private static readonly double[] Thresholds = [0.50, 0.60, 0.70, 0.75, 0.80, 0.85, 0.90, 0.92, 0.95, 0.97, 0.98, 0.99];

    private readonly List<BlindGuess> _guesses = [.. judged.SelectMany(static trial => trial.Guesses)];

    /// <summary>All as Markdown tables.</summary>
    public IEnumerable<string> Table() =>
    [
        .. Titled("Stage 3 alone, blind to every exact key, on seeds that no weight was counted on.", "| threshold | attributed | right | precision | recall |",
            Thresholds.Select(t => ThresholdRow.Of(_guesses, t)).Select(static r => Text($"| {r.Threshold:0.00}{(r.Threshold == new MatchRules().Threshold ? " (default)" : "")} | {r.Attributed} | {r.Right} | {r.Precision:0.0000} | {r.Recall:0.0000} |"))),
        .. Titled("The default threshold, seed by seed.", "| seed | attributed | right | precision | recall |",
            judged.Zip(StagesScenario.JudgedSeeds, static (trial, seed) => (seed, Row: ThresholdRow.Of(trial.Guesses, new MatchRules().Threshold)))
                .Select(static s => Text($"| {s.seed} | {s.Row.Attributed} | {s.Row.Right} | {s.Row.Precision:0.0000} | {s.Row.Recall:0.0000} |"))),
        .. Titled("Whether probabilities come true.", "| probability | guesses | mean probability | right |",
            Reliability().Select(static b => Text($"| {b.From:0.00} to {b.To:0.00} | {b.Guesses} | {b.Mean:0.000} | {b.Right:0.000} |"))),
        .. Titled("All stages in their order. Of `none` those are right whose buyer had never been seen.", "| stage | sales | right | precision |",
            Stages().Select(static s => Text($"| {s.Stage} | {s.Sales} | {s.Right} | {(double)s.Right / s.Sales:0.0000} |"))),
        .. Titled("The factor on the sum of weights: mean surprise (nats a sale) on the seeds the weights were counted on, least is best.", "| factor | surprise |",
            ((double[])[0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 1.0]).Select(f => Text($"| {f:0.00}{(f == ProbabilisticWeights.Default.Confidence ? " (used)" : "")} | {Surprise(f):0.0000} |"))),
        .. Titled("Odds that the buyer is among those seen at an address, on the seeds the weights were counted on.", "| address | sales | odds counted | odds used |",
            Counts().Addresses().Select(static a => Text($"| {a.Name} | {a.Sales} | {a.Odds:0.000} | {Used(a.Name):0.000} |"))),
        .. Titled("Outcomes of comparisons on the same seeds: share among buyers (m), among the others around (u).", "| outcome | m counted | u counted | ln(m/u) | m used | u used | ln(m/u) used |",
            Counts().Outcomes().Select(static o => (o, Level: Levels[o.Name])).Select(static r => Text($"| {r.o.Name} | {r.o.M:0.0000} | {r.o.U:0.0000} | {Math.Log(r.o.M / r.o.U):0.00} | {r.Level.M:0.0000} | {r.Level.U:0.0000} | {r.Level.Weight:0.00} |"))),
    ];

    /// <summary>Thresholds and stages as JSON, one object a line.</summary>
    public IEnumerable<string> JsonLines() =>
    [
        .. Thresholds.Select(t => ThresholdRow.Of(_guesses, t)).Select(static r => JsonSerializer.Serialize(new
        {
            scenario = StagesScenario.Name, threshold = r.Threshold, attributed = r.Attributed, right = r.Right, findable = r.Findable,
            precision = Math.Round(r.Precision, 4), recall = Math.Round(r.Recall, 4),
        })),
        .. Stages().Select(static s => JsonSerializer.Serialize(new { scenario = StagesScenario.Name, stage = s.Stage, sales = s.Sales, right = s.Right })),
    ];

    private OutcomeCounts Counts()
    {
        var counts = new OutcomeCounts();
        foreach (var trial in counted)
            counts.Add(trial.Counts);
        return counts;
    }

    private double Surprise(double factor) => counted.SelectMany(static trial => trial.Sums).Average(sale =>
    {
        var total = 1 + sale.Weights.Sum(w => Math.Exp(factor * w));
        return -Math.Log((sale.Buyer < 0 ? 1 : Math.Exp(factor * sale.Weights[sale.Buyer])) / total);
    });

    private IEnumerable<(double From, double To, int Guesses, double Mean, double Right)> Reliability() =>
        from bucket in (double[])[0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
        let to = bucket switch { 0.05 => 0.1, 0.9 => 0.95, 0.95 => 1.01, _ => bucket + 0.1 }
        let mine = _guesses.FindAll(g => g.Probability >= bucket && g.Probability < to)
        where mine.Count > 0
        select (bucket, Math.Min(1, to), mine.Count, mine.Average(static g => g.Probability), mine.Average(static g => g.Right ? 1.0 : 0));

    private IEnumerable<(string Stage, int Sales, int Right)> Stages() => judged
        .SelectMany(static trial => trial.Tallies).GroupBy(static t => t.Stage).OrderBy(static g => g.Key)
        .Select(static g => (Schemas.MatchStageSymbols.ToSymbol(g.Key), g.Sum(static t => t.Sales), g.Sum(static t => t.Right)));

    private static readonly Dictionary<string, Level> Levels = ProbabilisticWeights.Default.Levels().ToDictionary(static l => l.Name);

    private static double Used(string address) => address switch
    {
        "ip" => ProbabilisticWeights.Default.AddressOdds,
        "crowded_ip" => ProbabilisticWeights.Default.CrowdedAddressOdds,
        _ => ProbabilisticWeights.Default.PrefixOdds,
    };

    private static IEnumerable<string> Titled(string title, string head, IEnumerable<string> rows) =>
        [title, "", head, string.Concat(head.Select(static c => c == '|' ? '|' : '-')), .. rows, ""];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes both into a directory, made if need be.</summary>
    public Task WriteAsync(string directory, CancellationToken cancellationToken) =>
        SavedReport.WriteAsync(directory, StagesScenario.Name, $"./trackhub load {StagesScenario.Name} --save", Table(), JsonLines(), cancellationToken);
}
