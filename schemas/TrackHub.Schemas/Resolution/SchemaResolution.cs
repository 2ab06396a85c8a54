namespace TrackHub.Schemas;

/// <summary>How a reader of one schema reads what a writer of another wrote; made once per pair, then immutable and thread-safe.</summary>
/// <remarks>
/// Resolving turns the writer's bytes into bytes of the reader's schema, which its generated decoder then reads as it reads its own.
/// So there is one decoder per record, which knows nothing of versions, and every check it makes holds for both; the price, a copy
/// of the record, is paid only while two versions are about.
/// <para>
/// Its work is bounded whatever the two schemas say: a plan has at most <see cref="SchemaResolver.MaxSteps"/> steps; each item of an array takes
/// at least a byte of input and adds at most one item of the reader's with its defaults; values nest at most
/// <see cref="AvroSchema.MaxDepth"/> deep.
/// </para>
/// </remarks>
internal sealed class SchemaResolution
{
    private readonly Step _step;

    private SchemaResolution(Step step, IReadOnlyList<string> gaps)
    {
        _step = step;
        Gaps = gaps;
    }

    /// <summary>Why no record can be read, field first; null if records can.</summary>
    public string? Fault => (_step as RefuseStep)?.Why;

    /// <summary>Values that a writer may write and the reader cannot read: symbols without a fallback, branches without a counterpart.</summary>
    public IReadOnlyList<string> Gaps { get; }

    /// <summary>True if any record of the writer can be read: what compatibility means.</summary>
    public bool ReadsAll => Fault is null && Gaps.Count == 0;

    /// <summary>True if both schemas encode every record alike, so that nothing needs to be turned.</summary>
    public bool IsCopy => _step is CopyStep;

    /// <summary>Plans how to read what <paramref name="writerJson"/> wrote as <paramref name="readerJson"/>. Never throws for any text.</summary>
    public static SchemaResolution Of(string writerJson, string readerJson)
    {
        if (!SchemaParser.TryParse(writerJson, out var writer, out var fault))
            return new(new RefuseStep($"the writer's schema: {fault}"), []);
        if (!SchemaParser.TryParse(readerJson, out var reader, out fault))
            return new(new RefuseStep($"the reader's schema: {fault}"), []);

        var step = SchemaResolver.Plan(writer, reader, out var gaps);
        return new(step, gaps);
    }

    /// <summary>Turns one value; the reader is left behind it.</summary>
    /// <exception cref="AvroFormatException">The bytes are no value of the writer's schema.</exception>
    /// <exception cref="UnreadableValueException">The value is among <see cref="Gaps"/>, or there is a <see cref="Fault"/>.</exception>
    public void Turn(ref AvroReader from, ref AvroWriter to) => _step.Run(ref from, ref to);
}
