using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using TrackHub.Ingest.Scripts;

namespace TrackHub.Ingest.Tests.Scripts;

public sealed class TrackerScriptTests
{
    // What a visitor on a slow phone is asked to load.
    private const int MaxCompressedBytes = 4 * 1024;

    [Fact]
    public void The_tracker_takes_at_most_4_kilobytes() => TrackerScript.Current.Compressed.Length.ShouldBeLessThanOrEqualTo(MaxCompressedBytes);

    [Fact]
    public void The_compressed_tracker_is_the_plain_one()
    {
        using var gzip = new GZipStream(new MemoryStream(TrackerScript.Current.Compressed), CompressionMode.Decompress);
        using var plain = new MemoryStream();

        gzip.CopyTo(plain);

        plain.ToArray().ShouldBe(TrackerScript.Current.Plain);
    }

    [Fact]
    public void Other_bytes_have_another_version_and_another_integrity()
    {
        var (one, other) = (TrackerScript.Of("a"u8.ToArray()), TrackerScript.Of("b"u8.ToArray()));

        one.Version.ShouldBe("ca978112ca1bbdca");
        one.Integrity.ShouldBe("sha384-" + Convert.ToBase64String(SHA384.HashData("a"u8)));
        other.Version.ShouldNotBe(one.Version);
        other.Integrity.ShouldNotBe(one.Integrity);
    }

    [Fact]
    public void The_current_tracker_is_among_the_versions() => TrackerScript.Versions[TrackerScript.Current.Version].ShouldBe(TrackerScript.Current);

    [Fact]
    public void The_tracker_holds_no_address_of_its_own() =>
        Encoding.UTF8.GetString(TrackerScript.Current.Plain).ShouldNotContain("://");

    [Fact]
    public void The_document_pins_the_tracker_of_this_build()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "TrackHub.sln"))) root = Path.GetDirectoryName(root)!;

        // Remedy: npm run build, in ingest/tracker, prints both.
        File.ReadAllText(Path.Combine(root, "docs", "tracker.md"))
            .ShouldContain($"{TrackerScript.Current.Path}\" integrity=\"{TrackerScript.Current.Integrity}\"");
    }

    [Fact]
    public void The_snippets_name_the_ingress_and_the_key()
    {
        var ingress = new Uri("https://track.example.com/");

        TrackerSnippet.Of(ingress, "thw_brandexample_0000000000")
            .ShouldBe("""<script async src="https://track.example.com/t.js" data-key="thw_brandexample_0000000000"></script>""");
        TrackerSnippet.PinnedOf(ingress, "thw_brandexample_0000000000").ShouldBe(
            $"""<script async src="https://track.example.com/t.{TrackerScript.Current.Version}.js" integrity="{TrackerScript.Current.Integrity}" crossorigin="anonymous" data-key="thw_brandexample_0000000000"></script>""");
    }
}
