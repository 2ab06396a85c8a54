using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Http;

/// <summary>A server under load and what its process costs.</summary>
/// <param name="Name">Name in results.</param>
/// <param name="Connect">Connects to it over a number of connections.</param>
/// <param name="Meter">Its process.</param>
/// <param name="AllocatedAsync">Bytes it has allocated so far; null where it does not tell.</param>
internal sealed record MeteredTarget(
    string Name, Func<int, ILoadTarget> Connect, ProcessMeter Meter, Func<CancellationToken, Task<double>>? AllocatedAsync = null);
