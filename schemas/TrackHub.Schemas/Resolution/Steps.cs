namespace TrackHub.Schemas;

/// <summary>Turns one value of the writer's schema into one of the reader's, bytes to bytes.</summary>
internal abstract class Step
{
    /// <exception cref="AvroFormatException">The bytes are no value of the writer's schema.</exception>
    /// <exception cref="UnreadableValueException">The reader's schema has no place for this value.</exception>
    public abstract void Run(ref AvroReader from, ref AvroWriter to);
}

/// <summary>Both schemas encode the value alike: an int is a long, a string is bytes.</summary>
internal sealed class CopyStep(AvroSchema writer) : Step
{
    public override void Run(ref AvroReader from, ref AvroWriter to)
    {
        var start = from.Position;
        writer.Skip(ref from, depth: 0);
        to.WriteRaw(from.Since(start));
    }
}

/// <summary>Whole numbers and floats to a wider float.</summary>
internal sealed class WidenStep(PrimitiveKind writer, PrimitiveKind reader) : Step
{
    public override void Run(ref AvroReader from, ref AvroWriter to)
    {
        if (writer == PrimitiveKind.Float)
        {
            to.WriteDouble(from.ReadFloat());
            return;
        }

        var whole = writer == PrimitiveKind.Int ? from.ReadInt() : from.ReadLong();
        if (reader == PrimitiveKind.Float)
            to.WriteFloat(whole);
        else
            to.WriteDouble(whole);
    }
}

/// <summary>Each symbol's number in the reader's enum; the fallback's for one the reader does not know, -1 where there is none.</summary>
internal sealed class SymbolStep(int[] numbers, RefuseStep refusal) : Step
{
    public override void Run(ref AvroReader from, ref AvroWriter to)
    {
        var number = numbers[from.ReadEnum(numbers.Length)];
        if (number < 0)
            refusal.Run(ref from, ref to);
        to.WriteLong(number);
    }
}

/// <summary>The writer's union: each branch in its own way.</summary>
internal sealed class FromUnionStep(Step[] branches) : Step
{
    public override void Run(ref AvroReader from, ref AvroWriter to) => branches[from.ReadBranch(branches.Length)].Run(ref from, ref to);
}

/// <summary>Into one branch of the reader's union.</summary>
internal sealed class IntoUnionStep(int branch, Step value) : Step
{
    public int Branch { get; } = branch;

    public Step Value { get; } = value;

    public override void Run(ref AvroReader from, ref AvroWriter to)
    {
        to.WriteBranch(Branch);
        Value.Run(ref from, ref to);
    }
}

internal sealed class ArrayStep(Step item) : Step
{
    public override void Run(ref AvroReader from, ref AvroWriter to)
    {
        for (var count = from.ReadBlockCount(minItemBytes: 1); count > 0; count = from.ReadBlockCount(minItemBytes: 1))
        {
            to.WriteBlockCount(count);
            for (; count > 0; count--)
                item.Run(ref from, ref to);
        }

        to.WriteBlockCount(0);
    }
}

internal sealed class MapStep(Step value) : Step
{
    public override void Run(ref AvroReader from, ref AvroWriter to)
    {
        for (var count = from.ReadBlockCount(minItemBytes: 1); count > 0; count = from.ReadBlockCount(minItemBytes: 1))
        {
            to.WriteBlockCount(count);
            for (; count > 0; count--)
            {
                var start = from.Position;
                from.TakeSized();
                to.WriteRaw(from.Since(start));
                value.Run(ref from, ref to);
            }
        }

        to.WriteBlockCount(0);
    }
}

/// <summary>A value that the reader's schema has no place for.</summary>
internal sealed class RefuseStep(string why) : Step
{
    /// <summary>The field and what is wrong with it, for people; no content.</summary>
    public string Why { get; } = why;

    public override void Run(ref AvroReader from, ref AvroWriter to) => throw new UnreadableValueException(Why);
}

/// <summary>A value that the reader's schema has no place for. The message names the field, never content.</summary>
internal sealed class UnreadableValueException(string why) : Exception(why);
