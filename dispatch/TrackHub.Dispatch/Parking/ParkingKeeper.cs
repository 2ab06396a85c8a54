using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Lanes;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch.Parking;

/// <summary>Takes lanes up again whose cause is mended, carries out what operators resumed, and ends what stayed parked too long.</summary>
internal sealed partial class ParkingKeeper(
    LaneGates gates, LaneDesk desk, ParkedRelease release, ParkedSweep sweep, TenantDirectory directory, IOptions<MetaOptions> meta, DispatchMetrics metrics,
    TimeProvider clock, ILogger<ParkingKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CensusInterval = TimeSpan.FromSeconds(30);

    private readonly Dictionary<LaneId, DateTimeOffset> _released = [];
    private long? _counted;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gates.Loaded.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception failure) when (Dependencies.IsAway(failure))
            {
                // Nothing is sent meanwhile either; the next round does it again.
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RoundAsync(CancellationToken stoppingToken)
    {
        foreach (var gate in gates.All)
        {
            if (gate.State is { Phase: BreakerPhase.Parked, Refused: { } refused } && IsMended(gate.Id, refused))
                await ResumeAsync(gate.Id, refused, stoppingToken);
            if (gate.State.ResumedAt is { } at && !(_released.GetValueOrDefault(gate.Id) >= at))
                await ReleaseAsync(gate.Id, at, stoppingToken);
        }

        if (directory.IsLoaded && (_counted is not { } counted || clock.GetElapsedTime(counted) >= CensusInterval))
        {
            await sweep.RunAsync(stoppingToken);
            await CountAsync(stoppingToken);
            _counted = clock.GetTimestamp();
        }
    }

    private bool IsMended(LaneId lane, string refused) =>
        PixelOf(lane) is { } pixel && Credentials.FingerprintOf(pixel, meta.Value.ApiVersion) != refused;

    private Pixel? PixelOf(LaneId lane) => directory.Current.Pixel(lane.PixelId) is { Active: true } pixel && pixel.BrandId == lane.BrandId ? pixel : null;

    /// <summary>Counts what is parked, and takes up what has no reason to be any more: a pixel that is active again, a call that came back late.</summary>
    private async Task CountAsync(CancellationToken stoppingToken)
    {
        var lanes = await desk.ListAsync(brandId: null, stoppingToken);
        metrics.Parked(lanes);
        foreach (var lane in lanes.Where(static lane => lane.State != "parked" && lane.ParkedReasons.Except(ParkReason.OfTheEvent).Any()))
        {
            if (PixelOf(new(lane.BrandId, lane.PixelId)) is not null)
                await ResumeAsync(new(lane.BrandId, lane.PixelId), refused: null, stoppingToken);
        }
    }

    private async Task ResumeAsync(LaneId lane, string? refused, CancellationToken stoppingToken)
    {
        if (await desk.ResumeAsync(lane.BrandId, lane.PixelId, new(DispatchRole.Name) { Refused = refused }, stoppingToken) is { } events)
            Log.Resumed(logger, events, lane.BrandId, lane.PixelId);
    }

    private async Task ReleaseAsync(LaneId lane, DateTimeOffset resumedAt, CancellationToken stoppingToken)
    {
        var copied = await release.RunAsync(lane, stoppingToken);
        _released[lane] = resumedAt;
        if (copied > 0)
            Log.Released(logger, copied, lane.BrandId, lane.PixelId);
    }

    private static partial class Log
    {
        [LoggerMessage(5003, LogLevel.Information, "Lane of brand {Brand}, pixel {Pixel} is taken up again with {Events} parked events: what it was parked for has changed")]
        public static partial void Resumed(ILogger logger, long events, string brand, string pixel);

        [LoggerMessage(5004, LogLevel.Information, "{Events} parked events of brand {Brand}, pixel {Pixel} are on their way again")]
        public static partial void Released(ILogger logger, int events, string brand, string pixel);
    }
}
