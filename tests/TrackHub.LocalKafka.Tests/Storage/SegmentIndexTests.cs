using FsCheck;
using FsCheck.Fluent;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class SegmentIndexTests : IDisposable
{
    private const int MostBytes = 40_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("index-").FullName;
    private readonly TestDisk _disk = new();

    public void Dispose()
    {
        _disk.MayFlush.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_look_up_equals_a_linear_search_in_memory_on_disk_and_after_it_was_opened_again()
    {
        var batches = Gen.Choose(1, MostBytes).ArrayOf().Resize(1500);
        Prop.ForAll(batches.ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), (sizes, stage) =>
        {
            var path = Path.Combine(_directory, $"{Guid.NewGuid():N}.index");
            var entries = Entries(sizes);
            var index = new SegmentIndex(_disk, path);
            var half = stage == 3 ? entries.Count / 2 : entries.Count;
            foreach (var entry in entries.Take(half))
                index.Add(entry);
            if (stage > 0)
                index.Seal(Summary(entries));
            if (stage == 1)
                index.Release();
            if (stage > 1)
                index = Opened(index, path, stage == 3);
            foreach (var entry in entries.Skip(half))
                index.Add(entry);

            ShouldFind(index, entries);
            index.Dispose();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public void A_disk_without_room_leaves_the_entries_in_memory_until_there_is()
    {
        var entries = Entries([.. Enumerable.Repeat(SegmentIndex.IntervalBytes, 1000)]);
        using var index = new SegmentIndex(_disk, Path.Combine(_directory, "full.index"));
        _disk.Room = 5000;
        foreach (var entry in entries.Take(600))
            index.Add(entry);
        ShouldFind(index, entries[..600]);

        _disk.Room = long.MaxValue;
        foreach (var entry in entries.Skip(600))
            index.Add(entry);
        ShouldFind(index, entries);
    }

    [Fact]
    public void A_damaged_block_is_an_error_not_a_wrong_answer()
    {
        var path = Path.Combine(_directory, "damaged.index");
        var entries = Entries([.. Enumerable.Repeat(SegmentIndex.IntervalBytes, 1000)]);
        using var index = new SegmentIndex(_disk, path);
        foreach (var entry in entries)
            index.Add(entry);
        index.Seal(Summary(entries));
        index.Release();
        using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = 3 * IndexBlock.Bytes;
            file.WriteByte(0x7f);
        }

        Should.Throw<InvalidDataException>(() => index.FloorOfOffset(entries[3 * IndexBlock.Capacity].Offset));
    }

    [Fact]
    public void A_summary_comes_back_as_it_was_and_a_damaged_one_not_at_all()
    {
        var summary = new SegmentSummary(5, 1000, 77, 1234, [(10, 20), (500, 900)]);
        var bytes = summary.Encode();

        var decoded = SegmentSummary.TryDecode(bytes).ShouldNotBeNull();
        decoded.Damaged.ShouldBe(summary.Damaged);
        (decoded with { Damaged = summary.Damaged }).ShouldBe(summary);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            SegmentSummary.TryDecode(bytes).ShouldBeNull();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
            SegmentSummary.TryDecode(bytes.AsSpan(0, length)).ShouldBeNull();
    }

    /// <summary>Batches back to back with gaps in their offsets and times that go back and forth.</summary>
    private static List<IndexEntry> Entries(int[] sizes)
    {
        var entries = new List<IndexEntry>();
        var (offset, position, maxTimestamp) = (100L, 0L, -1L);
        foreach (var size in sizes)
        {
            entries.Add(new IndexEntry(offset, position, maxTimestamp));
            offset += 1 + (size % 7);
            position += size;
            maxTimestamp = Math.Max(maxTimestamp, (offset * 10) + (size % 100) - 50);
        }

        return entries;
    }

    private SegmentIndex Opened(SegmentIndex index, string path, bool grows)
    {
        index.Dispose();
        var opened = new SegmentIndex(_disk, path);
        opened.Load().ShouldNotBeNull();
        if (grows)
            opened.Reopen();
        return opened;
    }

    private static SegmentSummary Summary(List<IndexEntry> entries) => new(100, entries.Count, 1, 1, []);

    private static void ShouldFind(SegmentIndex index, List<IndexEntry> entries)
    {
        var kept = new List<IndexEntry>();
        foreach (var entry in entries)
        {
            if (kept.Count == 0 || entry.Position - kept[^1].Position >= SegmentIndex.IntervalBytes)
                kept.Add(entry);
        }

        foreach (var entry in entries.Where((_, i) => i % 17 == 0 || i == entries.Count - 1))
        {
            for (var near = -1; near <= 1; near++)
            {
                index.FloorOfOffset(entry.Offset + near).ShouldBe(Last(kept.Where(other => other.Offset <= entry.Offset + near)));
                index.FloorOfPosition(entry.Position + near).ShouldBe(Last(kept.Where(other => other.Position <= entry.Position + near)));
                var time = entry.MaxTimestampBefore + near;
                index.FloorOfTimestamp(time).ShouldBe(Last(kept.Where(other => other.MaxTimestampBefore < time)));
            }
        }
    }

    private static IndexEntry? Last(IEnumerable<IndexEntry> entries) => entries.Select(static entry => (IndexEntry?)entry).LastOrDefault();
}
