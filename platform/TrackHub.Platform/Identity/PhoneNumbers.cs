namespace TrackHub.Platform.Identity;

/// <summary>
/// Phone numbers with country code. No official library adds one, so <c>(11) 98765-4321</c> would read as a number in the United States.
/// </summary>
/// <remarks>
/// Brazilian plan: two-digit area code (DDD); mobile subscriber numbers have 9 digits and begin with 9, fixed lines 8 and begin with 2 to 5;
/// 8 digits that begin with 6 to 9 are a mobile number from before the ninth digit, as WhatsApp ids still spell it.
/// Source: Anatel numbering plan.
/// </remarks>
internal static class PhoneNumbers
{
    private const int MaxText = 64;
    private const string Brazil = "55";

    private static readonly bool[] AreaCodes = ReadAreaCodes(
        "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 63 64 65 66 67 68 69 "
        + "71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99");

    public static Normalized Normalize(string? value, string? countryHint)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        var text = Text.Trim(value);
        if (text.IsEmpty)
            return Normalized.Dropped(DropReason.Empty);
        if (text.Length > MaxText)
            return Normalized.Dropped(DropReason.WrongLength);

        Span<char> buffer = stackalloc char[MaxText];
        var digits = buffer[..ReadDigits(text, buffer, out var international)];
        if (digits.IsEmpty)
            return Normalized.Dropped(DropReason.Malformed);

        // 00 is the other way to write +; no country code begins with 0, so a third zero means neither.
        if (digits.StartsWith("00") && digits.Length > 2 && digits[2] != '0')
        {
            international = true;
            digits = digits[2..];
        }
        else if (digits[0] == '0')
        {
            international = false;
        }

        if (international)
            return digits.StartsWith(Brazil) ? Brazilian(AfterCountryCode(digits[2..])) : Foreign(digits);

        var country = Places.CountryCode(countryHint) ?? "br";
        return country == "br" ? AtHomeInBrazil(digits) : AtHome(digits, country);
    }

    /// <summary>ASCII digits up to an extension, without the trunk mark <c>0xx</c>.</summary>
    private static int ReadDigits(ReadOnlySpan<char> text, Span<char> digits, out bool international)
    {
        international = false;
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
                digits[length++] = c;
            else if (c == '+' && length == 0)
                international = true;
            else if (length > 0 && char.IsLetter(c))
            {
                if (text[i - 1] != '0' || !text[i..].StartsWith("xx", StringComparison.OrdinalIgnoreCase))
                    break;
                length--;
                i++;
            }
        }

        return length;
    }

    private static Normalized Foreign(ReadOnlySpan<char> digits) =>
        digits.Length is >= 7 and <= 15 ? Normalized.Of(digits.ToString()) : Normalized.Dropped(DropReason.WrongLength);

    private static Normalized AtHomeInBrazil(ReadOnlySpan<char> digits)
    {
        var significant = digits.TrimStart('0');
        var zeros = digits.Length - significant.Length;
        if (zeros == 1 && IsSubscription(WithoutCarrier(significant)))
            return Brazilian(WithoutCarrier(significant));

        // The length decides, not the prefix: 55 is an area code as well.
        return significant.Length switch
        {
            10 or 11 => Brazilian(significant),
            >= 12 when significant.StartsWith(Brazil) => Brazilian(AfterCountryCode(significant[2..])),
            > 11 => Normalized.Dropped(DropReason.WrongLength),
            _ => Normalized.Dropped(zeros > 0 ? DropReason.NotAPersonsPhone : DropReason.NoCountryCode),
        };
    }

    /// <summary>What follows 55: the area code, or a trunk zero, perhaps with a carrier code, before it.</summary>
    private static ReadOnlySpan<char> AfterCountryCode(ReadOnlySpan<char> digits)
    {
        if (digits.IsEmpty || digits[0] != '0')
            return digits;

        var national = digits[1..];
        return IsSubscription(WithoutCarrier(national)) ? WithoutCarrier(national) : national;
    }

    /// <summary>12 or 13 digits after a trunk zero begin with the two digits of the carrier that was to carry the call.</summary>
    private static ReadOnlySpan<char> WithoutCarrier(ReadOnlySpan<char> digits) => digits.Length is 12 or 13 ? digits[2..] : digits;

    private static Normalized Brazilian(ReadOnlySpan<char> national)
    {
        if (national.Length is not (10 or 11))
            return Normalized.Dropped(DropReason.WrongLength);
        if (!IsSubscription(national))
            return Normalized.Dropped(DropReason.NotAPersonsPhone);

        // The spelling with the ninth digit is the number in force, and the one that two spellings of a person meet in.
        var asWritten = string.Concat(Brazil, national);
        return national.Length == 10 && national[2] >= '6'
            ? Normalized.Of(string.Concat(Brazil, national[..2], "9", national[2..]), asWritten)
            : Normalized.Of(asWritten);
    }

    private static bool IsSubscription(ReadOnlySpan<char> national) => national.Length switch
    {
        10 => IsAreaCode(national[..2]) && national[2] >= '2',
        11 => IsAreaCode(national[..2]) && national[2] == '9',
        _ => false,
    };

    private static bool IsAreaCode(ReadOnlySpan<char> digits) => AreaCodes[((digits[0] - '0') * 10) + digits[1] - '0'];

    private static Normalized AtHome(ReadOnlySpan<char> digits, string country)
    {
        var significant = digits.TrimStart('0');
        if (Countries.PhonesOf(country) is { } plan)
        {
            if (significant.Length >= plan.MinDigits && significant.Length <= plan.MaxDigits)
                return Normalized.Of(string.Concat(plan.CallingCode, significant));

            var rest = significant.Length - plan.CallingCode.Length;
            if (significant.StartsWith(plan.CallingCode) && rest >= plan.MinDigits && rest <= plan.MaxDigits)
                return Normalized.Of(significant.ToString());
        }

        // A customer from Brazil of a brand elsewhere: 55, area code and subscriber leave little doubt.
        return significant.Length is 12 or 13 && significant.StartsWith(Brazil) && IsSubscription(significant[2..])
            ? Brazilian(significant[2..])
            : Normalized.Dropped(DropReason.NoCountryCode);
    }

    private static bool[] ReadAreaCodes(string codes)
    {
        var known = new bool[100];
        foreach (var code in codes.Split(' '))
            known[int.Parse(code)] = true;
        return known;
    }
}
