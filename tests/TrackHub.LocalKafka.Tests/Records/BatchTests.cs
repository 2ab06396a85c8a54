using FsCheck;
using FsCheck.Fluent;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Records;

/// <summary>What is written is read again, and nothing that is not a batch is taken for one.</summary>
public sealed class BatchTests
{
    private static readonly Gen<TestRecord> Record =
        from key in Gen.Choose(-1, 300)
        from value in Gen.Choose(-1, 9_000)
        from time in Gen.Choose(int.MinValue, int.MaxValue)
        select new TestRecord(key < 0 ? null : new string('k', key), value < 0 ? null : Text(value, time), time);

    private static readonly Gen<(TestRecord[] Records, int Codec)> Batch =
        from size in Gen.Choose(1, 20)
        from records in Record.ArrayOf(size)
        from codec in Gen.Choose(0, 4)
        select (records, codec);

    [Fact]
    public void Records_of_any_size_order_of_time_and_codec_come_back() => Prop.ForAll(Batch.ToArbitrary(), sent =>
    {
        var batch = TestBatch.Encode(sent.Records, sent.Codec);

        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        header.CrcMatches(batch).ShouldBeTrue();
        header.Compression.ShouldBe(sent.Codec);
        TestBatch.RecordsOf(header, batch).Select(static read => read.Record).ShouldBe(sent.Records);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_changed_anywhere_behind_the_head_are_a_fault_or_other_records_but_never_an_exception() =>
        Prop.ForAll(Batch.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (sent, at) =>
        {
            var batch = TestBatch.Encode(sent.Records, sent.Codec);
            BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
            using var reader = new BatchReader(TestBatch.Codecs);

            for (var i = 0; i < 12; i++)
            {
                var changed = (byte[])batch.Clone();
                changed[BatchHeader.Size + (int)((at + (i * 7919L)) % (batch.Length - BatchHeader.Size))] ^= (byte)(1 << (i % 8));
                if (reader.Read(changed, header, out var records) != BatchFault.None)
                    continue;

                var count = 0;
                foreach (var record in records)
                    count += record.OffsetDelta >= 0 ? 1 : 0;
                count.ShouldBe(header.RecordCount);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_batch_cut_anywhere_is_malformed() => Prop.ForAll(Batch.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (sent, cut) =>
    {
        var batch = TestBatch.Encode(sent.Records, sent.Codec);
        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        var length = BatchHeader.Size + (cut % (batch.Length - BatchHeader.Size));
        using var reader = new BatchReader(TestBatch.Codecs);

        var fault = reader.Read(batch.AsMemory(0, length), header with { SizeInBytes = length }, out _);

        // A checksum at the end of a gzip or lz4 stream may be cut with all records there.
        if (fault != BatchFault.Malformed)
            (batch.Length - length).ShouldBeLessThan(10);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_batch_that_would_unpack_to_more_than_the_limit_is_too_large(int codec)
    {
        var half = new string('0', (RecordCodecs.MaxDecompressedBytes / 2) - 100);
        var fits = TestBatch.Encode([new TestRecord("key", half), new TestRecord("key", half)], codec);
        var bomb = TestBatch.Encode([new TestRecord("key", half), new TestRecord("key", half + new string('0', 200))], codec);
        using var reader = new BatchReader(TestBatch.Codecs);

        BatchHeader.TryRead(fits, out var header).ShouldBeTrue();
        reader.Read(fits, header, out _).ShouldBe(BatchFault.None);
        BatchHeader.TryRead(bomb, out header).ShouldBeTrue();
        reader.Read(bomb, header, out _).ShouldBe(BatchFault.TooLarge);
    }

    [Fact]
    public void A_head_that_counts_other_records_than_there_are_is_malformed()
    {
        var batch = TestBatch.Encode([new TestRecord("a", "1"), new TestRecord("b", "2")]);
        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        using var reader = new BatchReader(TestBatch.Codecs);

        reader.Read(batch, header with { RecordCount = 1 }, out _).ShouldBe(BatchFault.Malformed);
        reader.Read(batch, header with { RecordCount = 3 }, out _).ShouldBe(BatchFault.Malformed);
        reader.Read(batch, header with { RecordCount = 0 }, out _).ShouldBe(BatchFault.Malformed);
        reader.Read(batch, header with { LastOffsetDelta = 0 }, out _).ShouldBe(BatchFault.Malformed);
        reader.Read(batch, header with { Attributes = 7 }, out _).ShouldBe(BatchFault.Malformed);
    }

    [Fact]
    public void Iterating_allocates_nothing_per_record()
    {
        var batch = TestBatch.Encode([.. Enumerable.Range(0, 1000).Select(static i => new TestRecord($"key-{i}", "value"))], codec: 3);
        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        using var reader = new BatchReader(TestBatch.Codecs);
        reader.Read(batch, header, out _).ShouldBe(BatchFault.None);

        var before = GC.GetAllocatedBytesForCurrentThread();
        reader.Read(batch, header, out var records).ShouldBe(BatchFault.None);
        var bytes = 0;
        foreach (var record in records)
            bytes += record.Key.Length;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        bytes.ShouldBe(6890);
        allocated.ShouldBeLessThan(1000);
    }

    /// <summary>Half compressible, half not.</summary>
    private static string Text(int length, int seed)
    {
        var random = new Random(seed);
        return string.Create(length, random, static (text, random) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = i % 2 == 0 ? 'v' : (char)random.Next(33, 127);
        });
    }
}
