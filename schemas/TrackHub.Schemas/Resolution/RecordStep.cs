namespace TrackHub.Schemas;

/// <summary>
/// A record, its fields in the reader's order. Source: Avro 1.12 specification, "Schema Resolution": fields are matched by name, those
/// only the writer has are ignored, those only the reader has take their default.
/// </summary>
/// <remarks>
/// Fields in the same order are read in passing. One that the reader wants later is skipped, its place kept, and gone back to: nothing is
/// buffered, and a byte is walked at most twice per level.
/// </remarks>
internal sealed class RecordStep : Step
{
    private const int UsualPlaces = 64;
    private readonly Move[] _moves;
    private readonly int _places;

    /// <param name="writer">The writer's fields.</param>
    /// <param name="parts">The reader's fields in its order; no two have one source.</param>
    public RecordStep(IReadOnlyList<RecordSchemaField> writer, IReadOnlyList<Part> parts)
    {
        var moves = new List<Move>();
        var places = new Dictionary<int, int>();
        var wanted = parts.Where(static p => p.Source is not null).Select(static p => p.Source!.Value).ToHashSet();
        var next = 0;
        foreach (var part in parts)
        {
            if (part.Source is not { } source)
                moves.Add(new(MoveKind.Default) { Bytes = part.Default });
            else if (source < next)
                moves.Add(new(MoveKind.TakeAt) { Value = part.Value, Place = places[source] });
            else
            {
                PassUntil(source);
                moves.Add(new(MoveKind.Take) { Value = part.Value });
                next = source + 1;
            }
        }

        PassUntil(writer.Count);
        _moves = [.. moves];
        _places = places.Count;

        void PassUntil(int end)
        {
            for (; next < end; next++)
            {
                var type = writer[next].Type;
                if (wanted.Contains(next))
                {
                    moves.Add(new(MoveKind.Remember) { Passed = type, Place = places.Count });
                    places.Add(next, places.Count);
                }
                else if (type.TakesBytes)
                {
                    moves.Add(new(MoveKind.Pass) { Passed = type });
                }
            }
        }
    }

    private enum MoveKind
    {
        Default,
        Take,
        TakeAt,
        Pass,
        Remember,
    }

    public override void Run(ref AvroReader from, ref AvroWriter to)
    {
        Span<int> places = _places <= UsualPlaces ? stackalloc int[UsualPlaces] : new int[_places];
        foreach (var move in _moves)
        {
            switch (move.Kind)
            {
                case MoveKind.Default:
                    to.WriteRaw(move.Bytes);
                    break;
                case MoveKind.Take:
                    move.Value!.Run(ref from, ref to);
                    break;
                case MoveKind.TakeAt:
                    var here = from.Position;
                    from.GoTo(places[move.Place]);
                    move.Value!.Run(ref from, ref to);
                    from.GoTo(here);
                    break;
                case MoveKind.Remember:
                    places[move.Place] = from.Position;
                    move.Passed!.Skip(ref from, depth: 0);
                    break;
                default:
                    move.Passed!.Skip(ref from, depth: 0);
                    break;
            }
        }
    }

    /// <summary>Where one field of the reader comes from.</summary>
    /// <param name="Source">Number of the writer's field; null for the default.</param>
    /// <param name="Value">How that field's value is turned.</param>
    /// <param name="Default">The default, encoded.</param>
    internal readonly record struct Part(int? Source, Step? Value, byte[]? Default);

    private readonly record struct Move(MoveKind Kind)
    {
        public Step? Value { get; init; }

        public AvroSchema? Passed { get; init; }

        public byte[]? Bytes { get; init; }

        public int Place { get; init; }
    }
}
