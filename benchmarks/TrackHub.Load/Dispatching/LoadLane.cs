using TrackHub.Load.Matching;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Dispatching;

/// <summary>One brand's pixel of this run, and who sends for it.</summary>
/// <param name="Brand">The brand.</param>
/// <param name="Pixel">Its one pixel.</param>
/// <param name="Traffic">Clicks and sales of the brand.</param>
internal sealed record LoadLane(Brand Brand, Pixel Pixel, MatchingTraffic Traffic);
