using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>The committed bundle is what a build from the sources makes: nobody edits it, and nobody forgets it.</summary>
public sealed class BuildTests
{
    [Fact]
    public async Task The_committed_tracker_is_what_its_sources_make() =>
        await ChildProcess.RunAsync(user: null, "node", Path.Combine(Machine.Root, "ingest", "tracker", "build.mjs"), "--check");
}
