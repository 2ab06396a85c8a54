using TrackHub.Platform.Tenants;
using TrackHub.Platform.Tests.Identity;

namespace TrackHub.Platform.Tests.Tenants;

public sealed class DirectorySnapshotTests
{
    private static readonly DirectorySnapshot Snapshot = DirectorySnapshot.Of(
        [TestBrand.New()],
        [Pixel("px_b", active: true), Pixel("px_a", active: true), Pixel("px_c", active: false)],
        [KeyValuePair.Create("path-of-the-connection", new GatewayConnection("con_1", "abc123def456", "kiwify", [], Active: true))],
        [KeyValuePair.Create("thw_abc123def456_key", new WriteKey("key_1", "abc123def456", IsServer: false, []))]);

    [Fact]
    public void Key_and_path_are_found_whole_only()
    {
        Snapshot.FindWriteKey("thw_abc123def456_key")!.Id.ShouldBe("key_1");
        Snapshot.Connection("kiwify", "path-of-the-connection")!.Id.ShouldBe("con_1");

        Snapshot.FindWriteKey("thw_abc123def456_ke").ShouldBeNull();
        Snapshot.FindWriteKey(null).ShouldBeNull();
        Snapshot.FindWriteKey(new string('x', 100_000)).ShouldBeNull();
        Snapshot.Connection("hotmart", "path-of-the-connection").ShouldBeNull();
        Snapshot.Connection("kiwify", "").ShouldBeNull();
    }

    [Fact]
    public void Active_pixels_come_in_a_steady_order()
    {
        Snapshot.ActivePixels("abc123def456").Select(static pixel => pixel.Id).ShouldBe(["px_a", "px_b"]);
        Snapshot.ActivePixels("unknown").ShouldBeEmpty();
        Snapshot.Pixel("px_c")!.Active.ShouldBeFalse();
    }

    [Fact]
    public void Secrets_do_not_print() => $"{Snapshot.Pixel("px_a")} {Snapshot.Brand("abc123def456")}".ShouldNotContain("EAAB");

    [Fact]
    public async Task Directory_tells_its_age_and_its_changes()
    {
        var directory = new TenantDirectory(TimeProvider.System);
        directory.IsLoaded.ShouldBeFalse();
        directory.SnapshotAge.ShouldBeNull();
        var changed = directory.ChangedAsync(TestContextToken);

        directory.Publish(Snapshot);

        await changed;
        directory.Current.ShouldBe(Snapshot);
        directory.SnapshotAge!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
    }

    private static CancellationToken TestContextToken => CancellationToken.None;

    private static Pixel Pixel(string id, bool active) => new(id, "abc123def456", "1234567890", new("EAAB-token"), active, TestEventCode: null, 1);
}
