using FsCheck;
using FsCheck.Fluent;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class EventIdsTests
{
    [Fact]
    public void Vectors_of_the_document_hold()
    {
        var rows = File.ReadLines(Document())
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(static cells => cells.Select(static cell => cell.Trim('`')).ToArray())
            .ToList();

        rows.Count.ShouldBeGreaterThanOrEqualTo(8);
        foreach (var row in rows)
            EventIds.ForOrder(row[0], row[1], row[2], row[3]).ShouldBe(row[4]);
    }

    [Fact]
    public void Gateway_is_lowered_and_sale_id_trimmed() =>
        EventIds.ForOrder("abc123def456", "Purchase", "Kiwify", " S1\n").ShouldBe(EventIds.ForOrder("abc123def456", "Purchase", "kiwify", "S1"));

    [Fact]
    public void Moving_the_boundary_between_parts_changes_the_id()
    {
        var texts = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(static text => text.Get.Replace(" ", "", StringComparison.Ordinal))
            .Where(static text => text.Trim() == text && text.Length > 1 && !text.Any(char.IsSurrogate)).ToArbitrary();

        Prop.ForAll(texts, ArbMap.Default.ArbFor<PositiveInt>(), static (text, at) =>
        {
            var cut = 1 + (at.Get % (text.Length - 1));
            var moved = 1 + ((at.Get + 1) % (text.Length - 1));
            var (a, b) = (text[..cut], text[cut..]);
            var (c, d) = (text[..moved], text[moved..]);
            return new[] { a, b, c, d }.Any(string.IsNullOrWhiteSpace) || b.Trim() != b || d.Trim() != d
                || EventIds.ForOrder(a, b, "g", "s") == EventIds.ForOrder(c, d, "g", "s") == (cut == moved);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("", "Purchase", "kiwify", "1")]
    [InlineData("abc123def456", "Purchase", "kiwify", "  ")]
    public void Empty_part_is_refused(string brand, string name, string gateway, string sale) =>
        Should.Throw<ArgumentException>(() => EventIds.ForOrder(brand, name, gateway, sale));

    [Fact]
    public void Long_sale_id_is_hashed_whole() =>
        EventIds.ForOrder("b", "Purchase", "g", new string('x', 5000)).ShouldNotBe(EventIds.ForOrder("b", "Purchase", "g", new string('x', 5001)));

    [Theory]
    [InlineData("0123456789abcdef", true)]
    [InlineData("A.b_c-0123456789", true)]
    [InlineData("0123456789abcde", false)]
    [InlineData("0123456789abcde ", false)]
    [InlineData("0123456789abcdé!", false)]
    [InlineData(null, false)]
    public void Browser_id_is_16_to_64_safe_characters(string? id, bool valid) => EventIds.IsValidBrowserId(id).ShouldBe(valid);

    [Fact]
    public void Browser_id_has_a_limit()
    {
        EventIds.IsValidBrowserId(new string('a', 64)).ShouldBeTrue();
        EventIds.IsValidBrowserId(new string('a', 65)).ShouldBeFalse();
    }

    [Fact]
    public void Made_browser_ids_are_valid_and_differ()
    {
        var ids = Enumerable.Range(0, 100).Select(static _ => EventIds.NewBrowserId()).ToList();

        ids.ShouldAllBe(static id => EventIds.IsValidBrowserId(id));
        ids.ShouldBeUnique();
    }

    [Fact]
    public void Ingest_id_carries_its_time()
    {
        var id = EventIds.NewIngestId(TimeProvider.System);

        (TimeProvider.System.GetUtcNow() - EventIds.TimeOf(id)).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(1));
        EventIds.TimeOf("0193b1a2-3c4d-7000-8000-000000000000").ToUnixTimeMilliseconds().ShouldBe(0x0193b1a23c4d);
    }

    [Theory]
    [InlineData("not an id")]
    [InlineData("8c2b2f9e-0000-4000-8000-000000000001")]
    [InlineData("e677d21f-dc00-7000-8000-000000000000")]
    [InlineData("ffffffff-ffff-7fff-bfff-ffffffffffff")]
    public void Another_id_has_no_time(string id)
    {
        EventIds.TryParseIngestId(id, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => EventIds.TimeOf(id));
    }

    [Theory]
    [InlineData("80000000-0000-7000-8000-000000000000", 0x8000_0000_0000)]
    [InlineData("e677d21f-dbff-7000-8000-000000000000", 253_402_300_799_999)]   // the last millisecond of the year 9999
    public void The_time_of_an_ingest_id_is_unsigned(string id, long unixMilliseconds) =>
        EventIds.TimeOf(id).ToUnixTimeMilliseconds().ShouldBe(unixMilliseconds);

    private static string Document()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TrackHub.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return Path.Combine(folder.FullName, "docs", "event_id.md");
    }
}
