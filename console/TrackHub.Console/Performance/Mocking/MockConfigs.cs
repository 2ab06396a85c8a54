using TrackHub.ConsoleApi.Performance.Configuring;
using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Mocking;

/// <summary>Made-up configurations: the same whenever the same brand is asked for. Pure.</summary>
internal static class MockConfigs
{
    private static readonly DateTimeOffset At = new(2026, 11, 1, 9, 30, 0, TimeSpan.Zero);

    /// <summary>That of a brand.</summary>
    public static PerformanceConfig Of(string brandId) => new(
        brandId,
        new(
            new(IntegrationState.KeyMarker, "act_1234567890", ConnectionStatus.Active, At, ""),
            new(IntegrationState.KeyMarker, "1234567890", ConnectionStatus.Error, At, "Made up: the key was revoked.")),
        SettingsTable.Usual,
        At);
}
