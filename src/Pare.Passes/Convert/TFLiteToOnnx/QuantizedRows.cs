namespace Pare.Passes.Conversion;

/// <summary>Rows of data that are quantized to 8 bits at run time. All are binary32.</summary>
/// <param name="Codes">The codes without their zero points, whole numbers in [-255, 255].</param>
/// <param name="Stored">The codes with their zero points, whole numbers in [-128, 127].</param>
/// <param name="Scale">The scale of each row.</param>
/// <param name="Zero">The zero point of each row; null where all are 0.</param>
internal readonly record struct QuantizedRows(Value Codes, Value Stored, Value Scale, Value? Zero);
