using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class ReplaceSegmentsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("replace-").FullName;
    private readonly TestDisk _disk = new();
    private readonly StorageSettings _settings;

    public ReplaceSegmentsTests() => _settings = new StorageSettings { Disk = _disk };

    public void Dispose()
    {
        _settings.Dispose();
        _disk.MayFlush.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Readers_see_the_old_segments_or_the_new_one_and_a_restart_sees_the_new_one()
    {
        using (var log = Filled())
        {
            var replaced = log.Segments.Take(3).ToList();
            var slice = log.Find(0, 1000, atLeastOne: true)!.Value;
            slice.TryBorrow().ShouldBeTrue();

            log.ReplaceSegments(replaced, Thinned(log, replaced)).ShouldBeTrue();

            slice.ReadWholeBatches(new byte[slice.Length]).ShouldBe(slice.Length);
            slice.Return();
            ShouldBeThinned(log, replaced[^1].NextOffset);
            log.Append(TestBatch.Encode("99")).BaseOffset.ShouldBe(60);
        }

        Directory.GetFiles(_directory).ShouldNotContain(path => path.EndsWith(".cleaned", StringComparison.Ordinal) || path.EndsWith(".swap", StringComparison.Ordinal));
        using var recovered = Open();
        ShouldBeThinned(recovered, recovered.Segments[1].BaseOffset);
    }

    [Fact]
    public void A_replacement_that_never_counted_is_gone_after_a_crash()
    {
        var log = Filled();
        Thinned(log, log.Segments.Take(3).ToList()).Dispose();
        log.Abandon();

        using var recovered = Open();
        recovered.ReadAll(0).Select(static record => record.Offset).ShouldBe(Enumerable.Range(0, 60).Select(static i => (long)i));
        Directory.GetFiles(_directory, "*.cleaned").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_replacement_that_counted_is_completed_after_a_crash_whatever_was_deleted_by_then(int deleted)
    {
        var log = Filled();
        var replaced = log.Segments.Take(3).ToList();
        var end = log.Segments[3].BaseOffset;
        var fresh = Thinned(log, replaced);
        new SegmentReplacement(_directory, _disk, replaced, fresh).Commit(end);
        fresh.Dispose();
        log.Abandon();
        foreach (var segment in replaced.Take(deleted))
            segment.Delete();

        using var recovered = Open();
        ShouldBeThinned(recovered, end);
    }

    [Fact]
    public void An_empty_replacement_keeps_the_logs_start()
    {
        using (var log = Filled())
        {
            var replaced = log.Segments.Take(3).ToList();
            log.ReplaceSegments(replaced, log.CreateReplacement(0)).ShouldBeTrue();
            log.StartOffset.ShouldBe(0);
            log.ReadAll(0)[0].Offset.ShouldBe(log.Segments[1].BaseOffset);
        }

        using var recovered = Open();
        recovered.StartOffset.ShouldBe(0);
        recovered.ReadAll(0)[0].Offset.ShouldBe(recovered.Segments[1].BaseOffset);
    }

    [Fact]
    public void Segments_that_were_deleted_meanwhile_are_not_replaced()
    {
        using var log = Filled();
        var replaced = log.Segments.Take(3).ToList();
        var fresh = Thinned(log, replaced);
        log.DeleteTo(log.Segments[1].BaseOffset);

        log.ReplaceSegments(replaced, fresh).ShouldBeFalse();

        log.ReadAll(log.StartOffset)[0].Offset.ShouldBe(log.StartOffset);
        Directory.GetFiles(_directory, "*.cleaned").ShouldBeEmpty();
    }

    [Fact]
    public void A_disk_that_refuses_leaves_the_log_as_it_was()
    {
        using (var log = Filled())
        {
            var replaced = log.Segments.Take(3).ToList();
            var fresh = Thinned(log, replaced);
            _disk.RefusesToFlush = true;
            Should.Throw<IOException>(() => log.ReplaceSegments(replaced, fresh));
            _disk.RefusesToFlush = false;
            log.ReadAll(0).Count.ShouldBe(60);
        }

        using var recovered = Open();
        recovered.ReadAll(0).Count.ShouldBe(60);
    }

    private static void ShouldBeThinned(PartitionLog log, long end)
    {
        var offsets = log.ReadAll(0).Select(static record => record.Offset).Where(static offset => offset < 60);
        offsets.ShouldBe(Enumerable.Range(0, 60).Where(i => i >= end || i % 3 == 0).Select(static i => (long)i));
        for (var i = 0; i < end; i++)
            log.ReadAll(i)[0].Offset.ShouldBe(i % 3 == 0 ? i : Math.Min((i / 3 * 3) + 3, end));
    }

    /// <summary>A replacement that holds each third batch.</summary>
    private static Segment Thinned(PartitionLog log, List<Segment> replaced)
    {
        var fresh = log.CreateReplacement(replaced[0].BaseOffset);
        foreach (var segment in replaced)
        {
            using var scan = segment.Scan(0, segment.BaseOffset, segment.Length, segment.NextOffset, mayHaveGaps: true);
            while (scan.MoveNext())
            {
                if (scan.Batch is not { } header || header.BaseOffset % 3 != 0)
                    continue;

                var batch = new byte[header.SizeInBytes];
                segment.Read(batch, scan.Start).ShouldBe(batch.Length);
                fresh.Append(batch, header);
            }
        }

        return fresh;
    }

    private PartitionLog Filled()
    {
        var log = Open();
        for (var i = 0; i < 60; i++)
            log.Append(TestBatch.Encode($"{i}"));
        log.Segments.Count.ShouldBeGreaterThan(4);
        return log;
    }

    private PartitionLog Open()
    {
        var config = new TopicConfig(new Dictionary<string, string> { ["segment.bytes"] = "1024", ["cleanup.policy"] = "compact" });
        return new PartitionLog(_directory, () => config, TimeProvider.System, NullLogger.Instance, _settings);
    }
}
