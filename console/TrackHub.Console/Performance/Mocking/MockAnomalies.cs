using System.Globalization;
using TrackHub.ConsoleApi.Performance.Anomalies;
using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Mocking;

/// <summary>Made-up anomalies: random, and the same whenever the same brand is asked for. Pure.</summary>
internal static class MockAnomalies
{
    private const int Count = 24;
    private static readonly DateTimeOffset Newest = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A page of a brand's, newest first, with one more than asked for if there is one.</summary>
    public static List<PerformanceAnomaly> Of(AnomalyQuery query) =>
        [.. Enumerable.Range(0, Count)
            .Select(n => One(query.BrandId, IdOf(query.BrandId, n), Enum.GetValues<AnomalyStatus>()[n % 4], n))
            .Where(anomaly => (query.Status is null || anomaly.Status == query.Status) && (query.AfterId is null || anomaly.DetectedAt < query.AfterDetected))
            .Take(query.Limit + 1)];

    /// <summary>One of a brand's.</summary>
    /// <param name="brandId">Brand.</param>
    /// <param name="id">Its id, from which it is drawn.</param>
    /// <param name="status">Its status.</param>
    /// <param name="age">Steps of five hours since it was found.</param>
    public static PerformanceAnomaly One(string brandId, Guid id, AnomalyStatus status, int age = 0)
    {
        var drawn = id.ToByteArray();
        var metric = Enum.GetValues<FigureName>()[drawn[0] % 7];
        var expected = 50 + drawn[1];
        var deviation = Math.Round((metric is FigureName.Cac or FigureName.Cpc ? 1 : -1) * (15 + (drawn[2] % 75.0)), 1);
        var found = Newest.AddHours(-5 * age);
        return new(
            id.ToString("D", CultureInfo.InvariantCulture),
            brandId,
            metric,
            Math.Abs(deviation) >= 60 ? Severity.Critical : Math.Abs(deviation) >= 30 ? Severity.Warning : Severity.Info,
            found.AddMinutes(7),
            Math.Round(expected * (1 + (deviation / 100)), 2),
            expected,
            deviation,
            status,
            drawn[3] % 4 == 0 ? null : new($"{ContractText<FigureName>.Of(metric)} moved by {deviation.ToString(CultureInfo.InvariantCulture)} %, most of it at meta.", "Look at the campaigns that changed in the hour before."),
            new(found, 1, "BRL", 100 + drawn[4], status is AnomalyStatus.Resolved ? found.AddHours(3) : null, 1));
    }

    private static Guid IdOf(string brandId, int n)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{brandId} anomaly {n}")));
        return new(hash.AsSpan(0, 16), bigEndian: true);
    }
}
