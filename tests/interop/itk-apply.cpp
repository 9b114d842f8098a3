// Warps an image with ITK: itk-apply IMAGE REFERENCE OUTPUT TRANSFORM [COPY]. A transform whose name ends in
// .nii or .nii.gz is a displacement field, any other a transform file. COPY: what ITK writes of it.
#include <itkDisplacementFieldTransform.h>
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>
#include <itkMatlabTransformIOFactory.h>
#include <itkMatrixOffsetTransformBase.h>
#include <itkNiftiImageIOFactory.h>
#include <itkResampleImageFilter.h>
#include <itkTransformFactory.h>
#include <itkTransformFileReader.h>
#include <itkTransformFileWriter.h>
#include <itkTxtTransformIOFactory.h>
#include <iostream>
#include <string>

using Image = itk::Image<float, 3>;
using Field = itk::Image<itk::Vector<double, 3>, 3>;
using Transform = itk::Transform<double, 3, 3>;

static bool is_field(const std::string &path)
{
    return path.find(".nii") != std::string::npos;
}

static Transform::ConstPointer read_field(const std::string &path, const std::string &copy)
{
    Field::Pointer field = itk::ReadImage<Field>(path);
    if (!copy.empty())
        itk::WriteImage(field, copy);
    auto transform = itk::DisplacementFieldTransform<double, 3>::New();
    transform->SetDisplacementField(field);
    return transform.GetPointer();
}

static Transform::ConstPointer read_affine(const std::string &path, const std::string &copy)
{
    itk::TransformFactory<itk::MatrixOffsetTransformBase<double, 3, 3>>::RegisterTransform();
    auto reader = itk::TransformFileReaderTemplate<double>::New();
    reader->SetFileName(path);
    reader->Update();
    auto transform = dynamic_cast<const Transform *>(reader->GetTransformList()->front().GetPointer());
    if (transform == nullptr)
        throw std::runtime_error(path + ": not a transform of 3 dimensions");
    if (!copy.empty()) {
        auto writer = itk::TransformFileWriterTemplate<double>::New();
        writer->SetInput(transform);
        writer->SetFileName(copy);
        writer->Update();
    }
    return transform;
}

static int run(int argc, char **argv)
{
    itk::NiftiImageIOFactory::RegisterOneFactory();
    itk::TxtTransformIOFactory::RegisterOneFactory();
    itk::MatlabTransformIOFactory::RegisterOneFactory();
    std::string path = argv[4], copy = argc > 5 ? argv[5] : "";
    auto resample = itk::ResampleImageFilter<Image, Image>::New();
    resample->SetInput(itk::ReadImage<Image>(argv[1]));
    resample->SetReferenceImage(itk::ReadImage<Image>(argv[2]));
    resample->UseReferenceImageOn();
    resample->SetTransform(is_field(path) ? read_field(path, copy) : read_affine(path, copy));
    itk::WriteImage(resample->GetOutput(), argv[3]);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        std::cerr << "usage: itk-apply IMAGE REFERENCE OUTPUT TRANSFORM [COPY]\n";
        return 2;
    }
    try {
        return run(argc, argv);
    } catch (const std::exception &problem) {
        std::cerr << "itk-apply: " << problem.what() << "\n";
        return 1;
    }
}
